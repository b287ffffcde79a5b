"""Text of an expression -> tokens. Everything that is not in this small language stops here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from .errors import ExpressionError

MAX_LENGTH: Final = 2_000
MAX_STRING: Final = 1_000

KEYWORDS: Final = frozenset({"and", "or", "not", "in", "if", "else", "true", "false", "null"})
# Words of other languages with a meaning there; saying so helps more than "unexpected name".
FOREIGN: Final = frozenset(
    {"lambda", "for", "is", "await", "yield", "import", "del", "exec", "instanceof", "new", "return", "then"}
)
# Python spellings that modellers write anyway, and the words of Camunda's expression language.
SPELLINGS: Final = {"True": "true", "False": "false", "None": "null"}
CAMUNDA_WORDS: Final = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "div": "/",
    "mod": "%",
}
SYMBOLS: Final = {"&&": "and", "||": "or", "!": "not"}
_ESCAPES: Final = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "t": "\t"}
_FULL_WIDTH: Final = "“”‘’，；：（）［］【】＝＞＜！＋－＊／％。、＆｜"
# What cannot be seen in a text can hide one: two texts that look alike would not be equal.
_JOINERS: Final = "\u200c\u200d"

_SPACE = re.compile(r"[ \t\r\n\u3000\u00a0]+")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_OPERATOR = re.compile(r"//|==|!=|<=|>=|&&|\|\||[-+*/%<>!().,\[\]]")


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is "name", "number", "text", "end", or the operator or keyword itself."""

    kind: str
    value: str | int | Decimal | None
    at: int


def is_name(text: str) -> bool:
    """Names are letters, digits and underscores, in one spelling only.

    Letters that change under Unicode's compatibility form (full-width ｅval, the ligature ﬁ) are
    refused: two names that look different must not be the same name, nor the other way round."""
    return text.isidentifier() and not text.startswith("_") and unicodedata.normalize("NFKC", text) == text


def is_free_name(text: str) -> bool:
    """A name that a diagram may give to a variable."""
    return (
        is_name(text)
        and len(text) <= 100
        and text not in KEYWORDS
        and text not in SPELLINGS
        and text not in FOREIGN
        and text not in ("subject", "starter")
    )


def tokenize(text: str, *, camunda: bool = False, start: int = 0) -> list[Token]:
    """Split an expression that begins at `start`; `camunda` also reads `eq`, `gt`, `div` and the like."""
    if len(text) - start > MAX_LENGTH:
        raise ExpressionError("expression_too_long", start + MAX_LENGTH, maximum=MAX_LENGTH)
    tokens: list[Token] = []
    at = start
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        token, at = _next(text, at, camunda)
        tokens.append(token)
    tokens.append(Token("end", None, len(text)))
    return tokens


def _next(text: str, at: int, camunda: bool) -> tuple[Token, int]:
    char = text[at]
    if char.isascii() and char.isdigit():
        return _number(text, at)
    if char in "\"'":
        return _string(text, at)
    if operator := _OPERATOR.match(text, at):
        symbol = operator.group()
        if text.startswith("**", at):
            raise ExpressionError("power_not_allowed", at)
        return Token(SYMBOLS.get(symbol, symbol), None, at), operator.end()
    if char.isidentifier():
        return _name(text, at, camunda)
    if char == "=":
        raise ExpressionError("single_equals", at)
    if char in _FULL_WIDTH or (not char.isascii() and unicodedata.normalize("NFKC", char).isascii()):
        raise ExpressionError("full_width_character", at, character=char)
    raise ExpressionError("unexpected_character", at, character=_show(char))


def _number(text: str, at: int) -> tuple[Token, int]:
    match = _NUMBER.match(text, at)
    assert match is not None  # noqa: S101 - the caller saw a digit
    digits, end = match.group(), match.end()
    if end < len(text) and (text[end].isidentifier() or text[end] == "_"):
        raise ExpressionError("bad_number", at, number=text[at : end + 1])
    whole, _, fraction = digits.partition(".")
    if len(whole) > 18 or len(fraction) > 12:
        raise ExpressionError("number_too_big", at)
    return Token("number", Decimal(digits) if fraction else int(whole), at), end


def _string(text: str, at: int) -> tuple[Token, int]:
    quote, parts, i = text[at], [], at + 1
    while i < len(text) and text[i] != quote:
        char = text[i]
        if char == "\\":
            i += 1
            if i >= len(text) or text[i] not in _ESCAPES:
                raise ExpressionError("bad_escape", i - 1)
            char = _ESCAPES[text[i]]
        elif unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in _JOINERS:
            raise ExpressionError("unexpected_character", i, character=_show(char))
        parts.append(char)
        i += 1
    if i >= len(text):
        raise ExpressionError("text_not_closed", at)
    if len(parts) > MAX_STRING:
        raise ExpressionError("text_too_long", at, maximum=MAX_STRING)
    return Token("text", "".join(parts), at), i + 1


def _name(text: str, at: int, camunda: bool) -> tuple[Token, int]:
    end = at + 1
    while end < len(text) and ("a" + text[end]).isidentifier():
        end += 1
    name = text[at:end]
    if name.startswith("_"):
        raise ExpressionError("name_starts_with_underscore", at, name=name[:50])
    if not is_name(name):
        raise ExpressionError("name_has_odd_letters", at, name=name[:50])
    if len(name) > 100:
        raise ExpressionError("name_too_long", at)
    if end < len(text) and text[end] in "\"'":  # f"..." b'...' and other prefixes of Python
        raise ExpressionError("text_prefix", at, prefix=name[:10])
    name = SPELLINGS.get(name, name)
    if camunda and name in CAMUNDA_WORDS:
        return Token(CAMUNDA_WORDS[name], None, at), end
    if name in KEYWORDS:
        return Token(name, None, at), end
    return Token("name", name, at), end


def _show(char: str) -> str:
    return char if char.isprintable() else f"U+{ord(char):04X}"
