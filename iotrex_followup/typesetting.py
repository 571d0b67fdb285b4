"""What sets pages, with nothing fetched from outside the product; the first document loads it (documents.py)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.contrib.staticfiles import finders
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


def pages_of(text: str, *, paper: str) -> Document:
    """Return the pages of an HTML document on `paper`."""
    page = CSS(string=f"@page {{ size: {paper} }}")
    with own_assets_only():
        return HTML(string=text, url_fetcher=OwnAssets()).render(stylesheets=[page], pdf_variant=VARIANT)


def written(documents: Sequence[Document]) -> bytes:
    """Return one tagged PDF of `documents`."""
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
