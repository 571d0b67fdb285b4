"""From a template to a tagged PDF (PDF/UA-1), with nothing fetched from outside the product."""

from collections.abc import Mapping
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import override
from weasyprint import CSS, HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

SCHEME = "asset:"
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
    with override(language):
        text = render_to_string(template, {**context, "language": language})
    try:
        page = CSS(string=f"@page {{ size: {paper} }}")
        pdf: bytes = HTML(string=text, url_fetcher=OwnAssets()).write_pdf(stylesheets=[page], pdf_variant="pdf/ua-1")
    except FatalURLFetchingError as error:
        # It is a BaseException, which would pass by whoever handles errors.
        raise ForeignAsset(str(error)) from error
    return pdf
