"""A PDF read back: its words, and the structure a screen reader follows."""

import io
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject


def text_of(pdf: bytes) -> str:
    """Return the words of all pages, each run of white space as one space."""
    return " ".join(pages_of(pdf))


def pages_of(pdf: bytes) -> list[str]:
    """Return the words of each page, its head and foot last; the marks of lists, which are drawn apart, left out."""
    return [" ".join(page.extract_text().replace("•", " ").split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def tags_of(pdf: bytes) -> list[str]:
    """Return the structure's tags in reading order, such as H1, Table, TR, TH."""
    return [str(element["/S"])[1:] for element in _elements(PdfReader(io.BytesIO(pdf)).root_object["/StructTreeRoot"])]


def fonts_embedded(pdf: bytes) -> set[bool]:
    """Return whether each font of the document comes with it."""
    found = set()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            for descendant in font.get_object()["/DescendantFonts"]:
                found.add("/FontFile2" in descendant.get_object()["/FontDescriptor"])
    return found


def _elements(node: DictionaryObject) -> Iterator[DictionaryObject]:
    kids = node.get("/K", ArrayObject())
    for kid in kids if isinstance(kids, ArrayObject) else [kids]:
        child = kid.get_object()
        if isinstance(child, DictionaryObject) and "/S" in child:
            yield child
            yield from _elements(child)
