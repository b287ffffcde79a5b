"""The parts of a page as HTML, for the guide that staff read in the application.

What diagrams say is text of people: raw HTML, links and pictures are off, so that a hostile label stays a label."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

# Nothing but what the sections write themselves.
_READER: Final = MarkdownIt("zero").enable(["table", "list", "heading", "emphasis", "backticks"])
_BREAK: Final = "<br>"


def html_of(lines: Iterable[str]) -> SafeString:
    """Lines of a part, in which a table says `<br>` where a cell has several lines."""
    tokens = _READER.parse("\n".join(lines))
    for token in tokens:
        if token.type == "table_open":
            token.attrSet("class", "grid grid-tight stacks")
        elif token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.children is not None:
            token.children = _broken(token.children)
    written = str(_READER.renderer.render(tokens, _READER.options, {}))
    # Each text in it has been escaped by the renderer.
    written = written.replace("<table", '<div class="table-wrap"><table').replace(
        "</table>", "</table></div>"
    )
    return mark_safe(written)  # noqa: S308


def _broken(tokens: list[Token]) -> list[Token]:
    found: list[Token] = []
    for token in tokens:
        pieces = token.content.split(_BREAK) if token.type == "text" else [token.content]
        for number, piece in enumerate(pieces):
            if number:
                found.append(Token("hardbreak", "br", 0))
            found.append(token if len(pieces) == 1 else Token("text", "", 0, content=piece))
    return found
