"""Pieces of the frame that wrap other content: card, modal and table, used as `{% card title="..." %}...{% endcard %}`.

Pieces that wrap nothing are plain includes from templates/components/.
"""

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.permissions import GRANTS, May

register = template.Library()


@register.simple_block_tag
def card(content: SafeString, title: str = "", id: str = "", count: int | str = "") -> SafeString:
    """Wrap `content` in a section with a head; parameters in components/card.html."""
    values = {"content": content, "title": title, "id": id, "count": count}
    return render_to_string("components/card.html", values)


@register.simple_block_tag
def modal(content: SafeString, id: str, title: str, open: bool = False) -> SafeString:
    """Wrap `content` in a native dialog; parameters in components/modal.html."""
    return render_to_string("components/modal.html", {"content": content, "id": id, "title": title, "open": open})


@register.simple_block_tag
def table(content: SafeString, caption: str, stack: bool = False) -> SafeString:
    """Wrap head and body rows in a table with a sticky head; parameters in components/table.html."""
    return render_to_string("components/table.html", {"content": content, "caption": caption, "stack": stack})


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(context: Context, url: str, label: str, icon: str, may: str, also: str = "") -> dict[str, object]:
    """Link to a page of the frame, marked as current on it and below it, and on the page `also` and below that.

    Absent when there is no such page (`url` is empty) or the role in this clinic may not use it.
    """
    request: HttpRequest = context["request"]
    membership = request.membership  # type: ignore[attr-defined]
    if not url or membership is None or May(may) not in GRANTS[membership.role]:
        return {}
    below = tuple(page for page in (url, also) if page not in ("", "/"))
    current = request.path == url or request.path.startswith(below)
    return {"url": url, "label": label, "icon": icon, "current": current}
