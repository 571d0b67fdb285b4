"""What stands in somebody's way on a page: what axe finds, and a page that is wider than its screen."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import PHONE

WCAG = ["wcag2a", "wcag2aa"]
WHAT = {"resultTypes": ["violations"], "preload": False}  # to tell all else of a long page takes axe seconds


def violations(page: Page, *, only: list[str] | None = None) -> list[str]:
    """Return what axe finds, of all its rules or of those tagged with `only`, each with the element."""
    found = Axe().run(page, options=WHAT | ({"runOnly": only} if only else {})).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def too_wide(page: Page) -> list[str]:
    """Return a line that says by how much the page is wider than its screen, if it is."""
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{width} px too wide"] if width > 0 else []


def barriers(page: Page, *, only: list[str] | None = None) -> list[str]:
    """Return what axe finds on the page as it is, and whether it fits its screen and a phone; that size stays."""
    found = [*violations(page, only=only), *too_wide(page)]
    page.set_viewport_size(PHONE)
    return found + too_wide(page)
