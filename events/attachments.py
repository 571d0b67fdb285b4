"""Scanned or photographed reports: what may be attached, told by its content and not by its name."""

from hashlib import sha256
from typing import Any, NamedTuple

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse

from accounts.models import Clinic, Staff
from events.models import StoredFile
from iotrex_followup.errors import DomainError, InputRefused

LARGEST = 10 * 1024 * 1024
KINDS = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
)
FILE_POLICY = "default-src 'none'; sandbox"  # an attached file is shown, never run
ACCEPTED = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"


class Attached(NamedTuple):
    """A file as it was chosen: its name and its bytes."""

    name: str
    content: bytes


def kind_of(content: bytes) -> tuple[str, str]:
    """Return the type of the content and the ending that goes with it.

    Raises   InputRefused: it is empty, too large, or neither PDF, JPEG nor PNG.
    """
    if not content:
        raise InputRefused("The file is empty. Choose it again.", field="attachment")
    if len(content) > LARGEST:
        raise InputRefused("The file is larger than 10 MB. Scan it with fewer dots per inch.", field="attachment")
    for start, kind, ending in KINDS:
        if content.startswith(start):
            return kind, ending
    raise InputRefused("This is neither a PDF nor a JPEG or PNG picture. Scan or photograph it.", field="attachment")


class AttachmentField(forms.FileField):
    """A report's scan or photograph, or the PDF itself; gives what was chosen as `Attached`, nothing as None."""

    widget = forms.FileInput(attrs={"accept": ACCEPTED})

    def __init__(self, *, label: str) -> None:
        super().__init__(label=label, required=False, help_text="A scan or photograph: PDF, JPEG or PNG, up to 10 MB.")

    def clean(self, data: Any, initial: Any = None) -> Attached | None:
        file: UploadedFile[bytes] | None = super().clean(data, initial)
        if not file:
            return None
        attached = Attached(file.name or "report", file.read())
        try:
            kind_of(attached.content)
        except DomainError as error:
            raise forms.ValidationError(error.message) from error
        return attached


def keep_attachment(*, clinic: Clinic, file: Attached, by: Staff) -> StoredFile:
    """Store a file that something was read from; its name keeps the ending of what it is.

    Raises   InputRefused: see `kind_of`.
    """
    kind, ending = kind_of(file.content)
    return StoredFile.objects.create(
        clinic=clinic,
        name=f"{file.name.rpartition('.')[0] or file.name}"[: 200 - len(ending)] + ending,
        content_type=kind,
        content=file.content,
        sha256=sha256(file.content).hexdigest(),
        created_by=by,
    )


def attachment_response(file: StoredFile) -> HttpResponse:
    """Show an attachment in the browser; whatever is in it, it runs nothing and loads nothing."""
    headers = {
        "Content-Disposition": f'inline; filename="report{file.name[-4:]}"',
        "Content-Security-Policy": FILE_POLICY,
    }
    return HttpResponse(bytes(file.content), content_type=file.content_type, headers=headers)
