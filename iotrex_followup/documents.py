"""From a template to a tagged PDF (PDF/UA-1), with nothing fetched from outside the product."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import override
from weasyprint import CSS, HTML, Document
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

SCHEME = "asset:"
VARIANT = "pdf/ua-1"
ASSETS = {"documents.css": "text/css"}


class OwnAssets(URLFetcher):
    """Serves the product's own style sheets by name (`asset:documents.css`); anything else ends the rendering."""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        name = url.removeprefix(SCHEME)
        path = finders.find(name) if url.startswith(SCHEME) and name in ASSETS else None
        if path is None:
            raise FatalURLFetchingError(f"A document may not fetch {url}")
        with open(path, "rb") as asset:
            return URLFetcherResponse(url, asset.read(), {"Content-Type": ASSETS[name]})


class ForeignAsset(Exception):
    """A document asked for something that is not the product's own."""


def render_pdf(template: str, context: Mapping[str, Any], *, paper: str, language: str = "en") -> bytes:
    """Return the PDF of `template` on `paper` (A4 or Letter); dates and numbers are written in `language`.

    The template names the language and the title, which the PDF then carries.

    Raises   ForeignAsset: the template refers to something outside the product.
    """
    return as_one_pdf([typeset(template, context, paper=paper, language=language)])


def typeset(template: str, context: Mapping[str, Any], *, paper: str, language: str = "en") -> Document:
    """Return the pages of `template`, to be written by `as_one_pdf`; see `render_pdf`."""
    with override(language):
        text = render_to_string(template, {**context, "language": language})
    page = CSS(string=f"@page {{ size: {paper} }}")
    with own_assets_only():
        return HTML(string=text, url_fetcher=OwnAssets()).render(stylesheets=[page], pdf_variant=VARIANT)


def as_one_pdf(documents: Sequence[Document]) -> bytes:
    """Return one tagged PDF of `documents`, each with page numbers of its own; language and title are the first's.

    About 7 MB of memory are used per document of five pages until it is written: give it tens, not hundreds.
    """
    pages = [page for document in documents for page in document.pages]
    with own_assets_only():
        pdf: bytes = documents[0].copy(pages).write_pdf(pdf_variant=VARIANT)
    return pdf


@contextmanager
def own_assets_only() -> Iterator[None]:
    """Turn the library's refusal, a BaseException that would pass by whoever handles errors, into an ordinary one."""
    try:
        yield
    except FatalURLFetchingError as error:
        raise ForeignAsset(str(error)) from error
