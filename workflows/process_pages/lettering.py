"""Names in a picture: broken into lines that fit, centred where they belong."""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape

from workflows.engine.layout.text import text_width

LINE: Final = 14
NEAR: Final = 6
Box = tuple[float, float, float, float]
# A word of letters with the blank behind it, or one sign: Chinese breaks anywhere.
_PIECE = re.compile(r"[\x21-\u2e7f]+\s*|\s+|[^\x21-\u2e7f]")
_NEVER_FIRST: Final = frozenset("，。、；：？！）》”’%")


def lines_of(text: str, width: float) -> list[str]:
    """The text broken so that no line is wider, if words allow it."""
    lines = [""]
    for piece in _PIECE.findall(" ".join(text.split())):
        if lines[-1] and text_width((lines[-1] + piece).rstrip()) > width and piece not in _NEVER_FIRST:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines if line.strip()]


def centred(text: str, x: float, y: float, width: float, *, bold: bool = False) -> str:
    """A text in lines around a point."""
    lines = lines_of(text, width)
    return written(lines, x, y - (len(lines) - 1) * LINE / 2, bold=bold)


def beside(text: str, box: Box, owner: tuple[float, float]) -> tuple[str, Box]:
    """A label in the room the drawing keeps for it, and the room it takes. Another language may need more: then
    it grows away from what it belongs to."""
    x, y, width, height = box
    lines = lines_of(text, max(width, 84))
    wide, high = max(map(text_width, lines)), len(lines) * LINE
    middle = y + height / 2
    if middle < owner[1] - NEAR:
        top = y + height - high
    elif middle > owner[1] + NEAR:
        top = y
    else:
        top = middle - high / 2
    if x + width <= owner[0] + NEAR / 2:
        left = x + width - wide
    elif x >= owner[0] - NEAR / 2:
        left = x
    else:
        left = x + width / 2 - wide / 2
    return written(lines, left + wide / 2, top + LINE / 2), (left, top, wide, high)


def written(lines: list[str], x: float, y: float, *, bold: bool = False, turned: bool = False) -> str:
    """Lines one below the other, the first one's middle at y."""
    weight = ' class="name"' if bold else ""
    turn = f' transform="rotate(-90 {number(x)} {number(y)})"' if turned else ""
    spans = "".join(
        f'<tspan x="{number(x)}" y="{number(y + at * LINE + 4)}">{escape(line)}</tspan>'
        for at, line in enumerate(lines)
    )
    return f'<text text-anchor="middle"{weight}{turn}>{spans}</text>'


def number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
