"""Read request bodies strictly: whatever could not be stored is refused at the door, with its cause."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser

DEEPEST = 60
LONGEST_NUMBER = 40
# What is read and thrown away of a body that is too large: a client that is still sending hears the answer.
DRAINED = 64 * 1024 * 1024
CHUNK = 256 * 1024


def refuse_too_large(request, largest: int | None = None) -> None:
    """Answer 413 by the announced length, before anything is kept in memory."""
    try:
        announced = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        announced = 0
    if announced <= (largest or settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
        return
    left = min(announced, DRAINED)
    while left > 0 and (chunk := request.read(min(CHUNK, left))):
        left -= len(chunk)
    raise RequestDataTooBig


class StrictJSONParser(BaseParser):
    """JSON in UTF-8 with plain, bounded values. Fractions become Decimal: no float stands near an amount."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise RequestDataTooBig
        try:
            return self.of_text(raw.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise ParseError(_("The body is not UTF-8.")) from None

    def of_text(self, text: str) -> Any:
        """The value that a text of JSON means."""
        try:
            value = json.loads(text, parse_int=_integer, parse_float=_decimal, parse_constant=_constant)
        except RecursionError:
            raise ParseError(_("The body is nested too deeply.")) from None
        except ValueError as error:
            raise ParseError(_("The body is not JSON: {cause}").format(cause=error)) from None
        check_plain(value)
        return value


class StrictMultiPartParser(MultiPartParser):
    """Forms with files; their texts are checked like those of JSON."""

    def parse(self, stream, media_type=None, parser_context=None):
        result = super().parse(stream, media_type=media_type, parser_context=parser_context)
        for name, values in result.data.lists():
            check_plain(name)
            check_plain(values)
        return result


def check_plain(value: Any, depth: int = 0) -> None:
    """Refuse what PostgreSQL cannot store (NUL, lone surrogates) and what is nested beyond sense."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ParseError(_("The character NUL cannot be stored."))
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise ParseError(_("The text holds half a character (a lone surrogate).")) from None
        return
    if depth > DEEPEST:
        raise ParseError(_("The body is nested too deeply."))
    if isinstance(value, dict):
        for name, inner in value.items():
            check_plain(name)
            check_plain(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            check_plain(inner, depth + 1)


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ParseError(_("A number is too long."))
    return int(text)


def _decimal(text: str) -> Decimal:
    if len(text) > LONGEST_NUMBER:
        raise ParseError(_("A number is too long."))
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ParseError(_("A number is too long.")) from None
    # 1e999999999 is short to write and a gigabyte to print.
    if number and abs(number.adjusted()) > LONGEST_NUMBER:
        raise ParseError(_("A number is too large."))
    return number


def _constant(text: str) -> float:
    raise ParseError(_("{text} is not a number.").format(text=text))
