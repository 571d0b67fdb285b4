"""Every change that comes from another system or a file."""

from interop.actions.jobs import carry_out_import, fail_import, keep_upload, order_import, take_up_import
from interop.actions.patients import FileRefused, Imported, check_file, import_patients, summary, told_mistakes
from interop.actions.results import carry_out_results_import, keep_results, order_results_import

__all__ = [
    "FileRefused",
    "Imported",
    "carry_out_import",
    "carry_out_results_import",
    "check_file",
    "fail_import",
    "import_patients",
    "keep_results",
    "keep_upload",
    "order_import",
    "order_results_import",
    "summary",
    "take_up_import",
    "told_mistakes",
]
