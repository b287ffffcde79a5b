"""The few words of SVG that the drawings speak. Every text and every attribute is escaped here."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# How often a colour comes round; each has its own pattern, for eyes and printers that know no colours.
COLOURS = ("#2f54d3", "#c26a05", "#0b8a5f", "#b4399b", "#0b7f9d", "#7450d0", "#5d6b82", "#b3400f")


def join(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def element(name: str, *content: SafeString | str, **attributes: object) -> SafeString:
    """<name a="1">content</name>; ``class_`` is class, an underscore is a hyphen, None is left out."""
    written = format_html_join(
        "",
        ' {}="{}"',
        (
            (key.rstrip("_").replace("_", "-"), _plain(value))
            for key, value in attributes.items()
            if value is not None
        ),
    )
    return format_html("<{0}{1}>{2}</{0}>", SafeString(name), written, join_any(content))


def join_any(content: Iterable[SafeString | str]) -> SafeString:
    return format_html_join("", "{}", ((_lawful(part),) for part in content))


def text(
    content: object, x: float, y: float, *, anchor: str = "start", size: float, **more: object
) -> SafeString:
    more.setdefault("class_", "ink")
    more.setdefault("fill", "#475467")
    return element("text", str(content), x=x, y=y, text_anchor=anchor, font_size=size, **more)


def filled(index: int) -> dict[str, object]:
    """The colour of a series: for print by its attribute, on the page by its class."""
    number = index % len(COLOURS)
    return {"class_": f"c{number + 1}", "fill": COLOURS[number]}


def mark(name: str, index: int, key: str, title: str, **geometry: object) -> SafeString:
    """A shape in the colour of a series with its pattern over it and its words on hover."""
    shape = element(name, **geometry, **filled(index))
    number = index % len(COLOURS)
    over = element(name, **geometry, fill=f"url(#{key}-{number})") if number else SafeString("")
    return element("g", element("title", title), shape, over)


def patterns(key: str, count: int) -> SafeString:
    """What lies over the colours, for as many series as there are."""
    return element("defs", *[_pattern(key, number) for number in range(1, min(count, len(COLOURS)))])


_LINES = {
    1: "M0 8L8 0M-2 2L2 -2M6 10L10 6",
    2: "M2 2h1.5M6 6h1.5",
    3: "M0 2H8M0 6H8",
    4: "M0 0L8 8M-2 6L2 10M6 -2L10 2",
    5: "M0 0L8 8M0 8L8 0",
    6: "M2 0V8M6 0V8",
    7: "M4 0V8M0 4H8",
}


def _pattern(key: str, number: int) -> SafeString:
    lines = element(
        "path",
        d=_LINES[number],
        class_="over",
        stroke="#fff",
        stroke_width=1.4,
        stroke_opacity=0.55,
        fill="none",
    )
    return element("pattern", lines, id=f"{key}-{number}", width=8, height=8, patternUnits="userSpaceOnUse")


def width_of(content: str, size: float) -> float:
    """About how wide a text will be: a Chinese character is a square."""
    return sum(size if unicodedata.east_asian_width(one) in "WF" else size * 0.58 for one in content)


def cut(content: str, size: float, room: float) -> str:
    """The text, or as much of it as there is room for."""
    if width_of(content, size) <= room:
        return content
    kept = content
    while kept and width_of(kept + "…", size) > room:
        kept = kept[:-1]
    return f"{kept}…" if kept else ""


def _plain(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return _lawful(value) if isinstance(value, str) else value


def _lawful(value: SafeString | str) -> SafeString | str:
    """XML knows no control characters."""
    if any(ord(one) < 32 and one not in "\t\n\r" for one in value):
        kept = "".join(one for one in value if ord(one) >= 32 or one in "\t\n\r")
        return SafeString(kept) if isinstance(value, SafeString) else kept
    return value
