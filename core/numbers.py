"""Numbers of documents: without gaps, without repeats, however many people ask at once."""

import re
from datetime import date, datetime

from django.db import connection, transaction

from core.models import NumberRule

_PLACEHOLDER = re.compile(r"\{(YYYY|YY|MM|DD|SEQ)(?::(\d))?\}")
_PERIODS = {"never": "", "year": "%Y", "month": "%Y%m", "day": "%Y%m%d"}

# One statement takes the row lock, so a second caller waits until the first one commits (no repeats)
# or rolls back (no gaps). A period that is over stays closed: beginning it again would give its numbers twice.
_TAKE_NEXT = """
    UPDATE core_numberrule
       SET last_value = CASE WHEN last_period < %(period)s OR length(last_period) <> length(%(period)s)
                             THEN 1 ELSE last_value + 1 END,
           last_period = CASE WHEN length(last_period) <> length(%(period)s)
                              THEN %(period)s ELSE GREATEST(last_period, %(period)s) END
     WHERE code = %(code)s
 RETURNING pattern, last_value, last_period
"""


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
    form = _period_format(code)
    period = f"{on:{form}}" if form else ""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_NEXT, {"code": code, "period": period})
        pattern, value, reached = cursor.fetchone()
    if reached != period:
        on = datetime.strptime(reached, form).date()  # noqa: DTZ007  a calendar day, no moment
    return fill(pattern, on=on, value=value)


def fill(pattern: str, *, on: date, value: int) -> str:
    """A pattern with its placeholders replaced."""
    texts = {"YYYY": f"{on:%Y}", "YY": f"{on:%y}", "MM": f"{on:%m}", "DD": f"{on:%d}"}

    def replace(match: re.Match[str]) -> str:
        if match[1] == "SEQ":
            return str(value).zfill(int(match[2] or 1))
        return texts[match[1]]

    return _PLACEHOLDER.sub(replace, pattern)


def _period_format(code: str) -> str:
    return _PERIODS[NumberRule.objects.values_list("reset", flat=True).get(code=code)]
