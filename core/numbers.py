"""Numbers of documents: without gaps, without repeats, however many people ask at once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise

from core.models import NumberRule

PLACEHOLDER = re.compile(r"\{(YYYY|YY|MM|DD|SEQ)(?::(\d))?\}")
_PERIODS = {"never": "", "year": "%Y", "month": "%Y%m", "day": "%Y%m%d"}

# One statement takes the row lock, so a second caller waits until the first one commits (no repeats)
# or rolls back (no gaps). A period that is over stays closed: beginning it again would give its numbers twice.
# Which period counts is asked of the locked row: the rule may be changed while somebody waits for it.
_PERIOD = (
    "(CASE reset WHEN 'never' THEN '' WHEN 'year' THEN %(year)s WHEN 'month' THEN %(month)s ELSE %(day)s END)"
)
_TAKE_NEXT = f"""
    UPDATE core_numberrule
       SET last_value = CASE WHEN last_period < {_PERIOD} OR length(last_period) <> length({_PERIOD})
                             THEN 1 ELSE last_value + 1 END,
           last_period = CASE WHEN length(last_period) <> length({_PERIOD})
                              THEN {_PERIOD} ELSE GREATEST(last_period, {_PERIOD}) END
     WHERE code = %(code)s
 RETURNING pattern, last_value, last_period, reset
"""  # noqa: S608 - our own text


def next_number(code: str, *, on: date) -> str:
    """The next number of a rule for a document dated ``on``.

    A document dated before the period that the rule has reached (somebody was slower at the turn of the
    year) takes a number of that period: it is numbered when it is issued.

    Call it inside the transaction that writes the document, as late as possible: the rule stays locked
    until then. Raises NumberRule.DoesNotExist for an unknown rule.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "A number is taken only inside the transaction that uses it."
        )
    periods = {reset: period_of(reset, on) for reset in _PERIODS}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_NEXT, {"code": code, **periods})
        row = cursor.fetchone()
    if row is None:
        raise NumberRule.DoesNotExist(f"There is no number rule {code}.")
    pattern, value, reached, reset = row
    return fill(pattern, on=_day_in(reached, reset, on), value=value)


def peek(rule: NumberRule, *, on: date) -> str:
    """The number that the rule would give next; nothing is taken."""
    period, reached, value = period_of(rule.reset, on), rule.last_period, rule.last_value
    if len(reached) != len(period) or reached < period:
        reached, value = period, 0
    return fill(rule.pattern, on=_day_in(reached, rule.reset, on), value=value + 1)


def period_of(reset: str, on: date) -> str:
    """The period of a day, as a rule keeps it."""
    form = _PERIODS[reset]
    return f"{on:{form}}" if form else ""


def _day_in(reached: str, reset: str, on: date) -> date:
    """The day, or the first one of the period that the rule has reached already."""
    if reached == period_of(reset, on):
        return on
    return datetime.strptime(reached, _PERIODS[reset]).date()  # noqa: DTZ007  a calendar day, no moment


def fill(pattern: str, *, on: date, value: int) -> str:
    """A pattern with its placeholders replaced."""
    texts = {"YYYY": f"{on:%Y}", "YY": f"{on:%y}", "MM": f"{on:%m}", "DD": f"{on:%d}"}

    def replace(match: re.Match[str]) -> str:
        if match[1] == "SEQ":
            return str(value).zfill(int(match[2] or 1))
        return texts[match[1]]

    return PLACEHOLDER.sub(replace, pattern)


# Which documents a rule numbers --------------------------------------------------------------------


@dataclass(frozen=True)
class Numbered:
    """The documents of a rule: what they are called, and their numbers."""

    code: str
    label: str | Promise
    documents: Callable[[], QuerySet[Any]]
    field: str


_numbered: dict[str, Numbered] = {}


def describe(
    code: str, *, label: str | Promise, documents: Callable[[], QuerySet[Any]], field: str = "no"
) -> None:
    """Say which documents a rule numbers, so that no rule begins over used numbers; an app does so in its
    ``settings_kinds.py``."""
    _numbered[code] = Numbered(code, label, documents, field)


def numbered_by(code: str) -> Numbered | None:
    return _numbered.get(code)
