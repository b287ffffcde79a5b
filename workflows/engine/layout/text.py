"""How much room a name takes, as the viewer writes it: 12 pixels high, broken at spaces.

The measure is a little generous, so that a name never stands closer to a line than planned."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

LINE: Final = 15
MOST: Final = 600  # characters of a name; room for more would be room for a prank
# Labels are broken at the first width that needs no more than three lines.
WIDTHS: Final = (96, 130, 170, 220)
_NARROW: Final = frozenset("iljtfrI .,:;|!'()[]-")
_WIDE: Final = frozenset("mwMW@%&")


def text_width(text: str) -> int:
    return -(-sum(map(_tenths, text[:MOST])) // 10)


@lru_cache(maxsize=4096)
def text_lines(text: str, width: int) -> int:
    """How many lines the viewer makes of a text. Letters differ with the font, and a little less
    width to a letter may mean a line more: the worse of two fonts counts."""
    text = text[:MOST]
    return max(_broken(text, width), _broken(text, width * 11 // 10))


def _broken(text: str, width: int) -> int:
    """The viewer's way: guess how many characters fit, break at the last space or hyphen among
    them, and cut a word only where there is none."""
    lines = 0
    while text:
        line = text
        while len(line) > 1 and (needed := text_width(line)) > width:
            length = max(len(line) * width / needed, 1)
            line = _cut_at_space(line, length) or line[: max(round(length - 1), 1)]
        text = text[len(line) :].strip()
        lines += 1
    return max(lines, 1)


def _cut_at_space(line: str, length: float) -> str:
    kept, used = list[str](), 0
    parts = re.split(r"(\s|-)", line)
    for part in parts if len(parts) > 1 else ():
        if used + len(part) >= length:
            if part == "-" and kept:
                kept.pop()
            break
        kept.append(part)
        used += len(part)
    return "".join(kept)


def label_size(text: str) -> tuple[int, int]:
    """Width and height of a label that stands beside its element."""
    width = next((width for width in WIDTHS if text_lines(text, width) <= 3), WIDTHS[-1])
    lines = text_lines(text, width)
    return (min(text_width(text) + 4, width) if lines == 1 else width), LINE * lines


def task_size(name: str) -> tuple[int, int]:
    """A task grows with its name: wider first, then higher, below the sign of its kind."""
    for width in (100, 120, 140, 160):
        if text_lines(name, width - 16) <= 2:
            return width, 80
    return 160, 54 + LINE * text_lines(name, 160 - 16)


def note_size(text: str) -> tuple[int, int]:
    text = text[: 5 * MOST]
    lines = [part for part in text.splitlines() if part.strip()] or [""]
    return 160, max(40, 14 + LINE * sum(text_lines(part.strip(), 140) for part in lines))


@lru_cache(maxsize=4096)
def _tenths(char: str) -> int:
    """The width of a character in tenths of a pixel."""
    if unicodedata.east_asian_width(char) in "WF":
        return 122
    if char in _NARROW:
        return 42
    return 108 if char in _WIDE else 84 if char.isupper() else 70
