"""Numbers and names for the eyes of people who may not know them yet."""

from __future__ import annotations

import re

_MIDDLE = re.compile(r"\d")


def masked_number(number: str) -> str:
    """138****8000: enough to know it again, not enough to dial it."""
    digits = sum(character.isdigit() for character in number)
    hidden = range(3, digits - 4) if digits >= 11 else range(2, max(digits - 2, 2))
    places = iter(range(digits))
    return _MIDDLE.sub(lambda found: "*" if next(places) in hidden else found[0], number)


def masked_address(text: str) -> str:
    """li***@example.com, or the first letters of a WeChat name."""
    name, at, host = text.partition("@")
    return f"{name[:2]}***{at}{host}" if text else ""


def masked_name(name: str) -> str:
    """The first two and the last two characters of a firm's name."""
    return f"{name[:2]}**{name[-2:]}" if len(name) > 4 else f"{name[:1]}**"
