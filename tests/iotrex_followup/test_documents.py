import io
from datetime import date

import pytest
from django.template import engines
from pypdf import PdfReader

from iotrex_followup.documents import as_one_pdf, render_pdf, typeset
from iotrex_followup.typesetting import ForeignAsset, OwnAssets
from tests.pdf import pages_of, tags_of, text_of

PAGE = '<!doctype html><html lang="{{ language }}"><head><title>Letter</title>%s</head><body>%s</body></html>'


@pytest.fixture
def template(monkeypatch: pytest.MonkeyPatch):
    """Return a function that makes `head` and `body` the template "made.html"."""

    def make(body: str, head: str = "") -> str:
        made = engines["django"].from_string(PAGE % (head, body))
        monkeypatch.setattr(
            "iotrex_followup.documents.render_to_string", lambda name, context: made.render(dict(context))
        )
        return "made.html"

    return make


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="stylesheet" href="file:///etc/hostname">',
        '<link rel="stylesheet" href="http://127.0.0.1/a.css">',
        '<link rel="attachment" href="file:///etc/hostname">',
        '<link rel="stylesheet" href="asset:../pyproject.toml">',
        '<link rel="stylesheet" href="asset:app.css">',
    ],
)
def test_document_that_refers_to_anything_but_its_own_assets_is_refused(template, head: str) -> None:
    with pytest.raises(ForeignAsset):
        render_pdf(template("Words", head), {}, paper="A4")


def test_own_style_sheet_is_served_by_its_name() -> None:
    assert OwnAssets().fetch("asset:documents.css").content_type == "text/css"


@pytest.mark.parametrize(("paper", "size"), [("A4", (595, 842)), ("Letter", (612, 792))])
def test_page_has_the_size_of_the_clinics_paper(template, paper: str, size: tuple[int, int]) -> None:
    box = PdfReader(io.BytesIO(render_pdf(template("Words"), {}, paper=paper))).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


def test_words_of_a_person_are_never_markup(template) -> None:
    pdf = render_pdf(template("<p>{{ name }}</p>"), {"name": "<img src=file:///etc/hostname> O'Hara"}, paper="A4")
    assert text_of(pdf) == "<img src=file:///etc/hostname> O'Hara"


def test_dates_are_written_in_the_language_of_the_document(template) -> None:
    pdf = render_pdf(template('{{ day|date:"l j F" }}'), {"day": date(2024, 3, 26)}, paper="A4", language="es")
    assert text_of(pdf) == "martes 26 marzo"


def test_several_documents_become_one_tagged_pdf(template) -> None:
    first = typeset(template("<h1>First</h1>"), {}, paper="A4")
    second = typeset(template("<h1>Второй</h1>"), {}, paper="A4")
    pdf = as_one_pdf([first, second])
    assert pages_of(pdf) == ["First", "Второй"]
    assert [tag for tag in tags_of(pdf) if tag == "H1"] == ["H1", "H1"]
