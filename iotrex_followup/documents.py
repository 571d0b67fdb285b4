"""From a template to a tagged PDF (PDF/UA-1), with nothing fetched from outside the product.

What sets the pages is loaded by the first document: it takes longer than all the rest of the product, and few of its
processes make any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.translation import override

if TYPE_CHECKING:
    from weasyprint import Document


def render_pdf(template: str, context: Mapping[str, Any], *, paper: str, language: str = "en") -> bytes:
    """Return the PDF of `template` on `paper` (A4 or Letter); dates and numbers are written in `language`.

    The template names the language and the title, which the PDF then carries.

    Raises   ForeignAsset: the template refers to something outside the product.
    """
    return as_one_pdf([typeset(template, context, paper=paper, language=language)])


def typeset(template: str, context: Mapping[str, Any], *, paper: str, language: str = "en") -> Document:
    """Return the pages of `template`, to be written by `as_one_pdf`; see `render_pdf`."""
    from iotrex_followup.typesetting import pages_of

    with override(language):
        text = render_to_string(template, {**context, "language": language})
    return pages_of(text, paper=paper)


def as_one_pdf(documents: Sequence[Document]) -> bytes:
    """Return one tagged PDF of `documents`, each with page numbers of its own; language and title are the first's.

    About 7 MB of memory are used per document of five pages until it is written: give it tens, not hundreds.
    """
    from iotrex_followup.typesetting import written

    return written(documents)
