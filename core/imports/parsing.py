"""From the text of a cell to a value, and no further: whether the value is allowed is the services' word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _

Parser = Callable[[str], Any]

LONGEST_CELL = 4000
_PUNCTUATION = re.compile(r"[\s*:：_\-'’\"“”。.、,，;；/\\]+")
_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]|【.*?】")
_MONEY_SIGNS = re.compile(r"[¥￥$€,，\s]|元|RMB|CNY", re.IGNORECASE)
_DATE_FORMS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "%Y%m%d",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
)
_YES = frozenset({"是", "有", "对", "yes", "y", "true", "1", "√", "✓", "在售", "启用"})
_NO = frozenset({"否", "无", "不", "no", "n", "false", "0", "×", "✗", "停售", "停用"})
MOST_DIGITS = 20


def plain(text: str) -> str:
    """A heading or a choice however it is spaced, starred, bracketed or wide."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return _PUNCTUATION.sub("", _BRACKETS.sub("", folded))


def text(written: str) -> str:
    return written


def line(written: str) -> str:
    """One line with single blanks."""
    return " ".join(unicodedata.normalize("NFC", written).split())


def amount(written: str) -> Decimal:
    """1,280.50 · ¥1280.5 · １２８０"""
    digits = _MONEY_SIGNS.sub("", unicodedata.normalize("NFKC", written))
    try:
        value = Decimal(digits)
    except InvalidOperation as error:
        raise ValidationError(_("“%(text)s” is no amount.") % {"text": written[:30]}) from error
    if (
        not value.is_finite()
        or len(value.as_tuple().digits) > MOST_DIGITS
        or abs(value.adjusted()) > MOST_DIGITS
    ):
        raise ValidationError(_("“%(text)s” is no amount.") % {"text": written[:30]})
    return value


def whole(written: str) -> int:
    """A count, however wide its digits are."""
    digits = unicodedata.normalize("NFKC", written).strip()
    if not re.fullmatch(r"-?[0-9]{1,9}(\.0+)?", digits):
        raise ValidationError(_("“%(text)s” is no whole number.") % {"text": written[:30]})
    return int(digits.split(".")[0])


def yes_or_no(written: str) -> bool:
    word = plain(written) or written.strip()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValidationError(_("Write yes or no."))


def day(written: str) -> date:
    """2026-12-20 as people write it; a date of Excel comes as such a text."""
    wanted = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", written).strip())
    for form in _DATE_FORMS:
        if form == "%Y%m%d" and len(wanted) != len("20261220"):
            continue
        try:
            return datetime.strptime(wanted, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise ValidationError(_("“%(text)s” is no date: write it like 2026-12-20.") % {"text": written[:30]})


def choice(model: type[models.Model], field_name: str) -> Parser:
    """One of a field's choices, written as its code or in either language."""
    known: dict[str, str] = {}

    def parse(written: str) -> str:
        if not known:
            known.update(_spellings(model, field_name))
        code = known.get(plain(written))
        if code is None:
            raise ValidationError(
                _("Unknown value. Use one of: %(choices)s.")
                % {"choices": ", ".join(labels(model, field_name)())}
            )
        return code

    return parse


def labels(model: type[models.Model], field_name: str) -> Callable[[], list[str]]:
    """The choices of a field as the reader writes them."""

    def offered() -> list[str]:
        return [str(label) for _code, label in model._meta.get_field(field_name).choices or ()]  # type: ignore[union-attr]

    return offered


def label_of(model: type[models.Model], field_name: str, code: str) -> str:
    found: Mapping[Any, Any] = dict(getattr(model._meta.get_field(field_name), "flatchoices", ()))
    return str(found.get(code, code))


def _spellings(model: type[models.Model], field_name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            for code, label in model._meta.get_field(field_name).choices or ():  # type: ignore[union-attr]
                found[plain(str(label))] = found[plain(str(code))] = str(code)
                # "A：重点客户" is also written "A"; "20至99人" stays whole.
                found.setdefault(plain(str(label).split(":")[0].split("：")[0]), str(code))
    return found
