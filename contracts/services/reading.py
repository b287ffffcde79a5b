"""The account as the collection process reads it: plain figures, and the day on which to look again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from contracts.models import COUNSEL, PromiseToPay
from contracts.services.account import Account, AccountLine, account_of
from contracts.services.collection import SYSTEM, lock_contracts, lock_customer, settle_promise
from contracts.services.moves import require_process
from core import clock
from core.actors import Actor

# How many days back counts as "never": a table compares it like any other number.
NEVER = 999
# Before an instalment is due: a week, and a day.
AHEAD = (7, 1)
# Whose papers lie with counsel is looked at monthly.
MONTH = 30


@transaction.atomic
def read_account(*, customer_id: int, actor: Actor) -> dict[str, bool | int | str | Decimal | date]:
    """Settle what was promised, then say how things stand. ``next_on`` is always after today."""
    require_process(actor)
    lock_customer(customer_id)
    lock_contracts([customer_id])
    settle_promise(customer_id=customer_id, actor=actor)
    account = account_of(customer_id=customer_id, actor=SYSTEM)
    return {
        "is_settled": account.is_settled,
        "outstanding": account.principal,
        "interest": account.interest,
        "overdue": account.overdue,
        "overdue_count": len(account.demanded),
        "days_overdue": account.days_overdue,
        "days_to_due": _days_to_due(account),
        "promise": _promise(account),
        "dispute": _dispute(account),
        "level": account.level,
        "days_since_level": _days_since(account.level_at),
        "days_since_call": _days_since(account.last_call),
        "days_since_reminder": _days_since(account.last_reminder),
        "next_on": _next_on(account),
    }


def _promise(account: Account) -> str:
    """A broken one counts until the demand has gone a level further."""
    promise = account.promise
    if promise is None or promise.state == PromiseToPay.State.KEPT:
        return "none"
    if promise.state == PromiseToPay.State.OPEN:
        return "open"
    settled, raised = promise.settled_at, account.level_at
    is_answered = settled is not None and raised is not None and raised >= settled
    return "none" if is_answered or not account.demanded else "broken"


def _dispute(account: Account) -> str:
    """Open as long as nobody has decided, and again when the day has passed until which it was upheld."""
    holds = [one.hold for one in account.lines if one.hold is not None]
    if not holds:
        return "none"
    waits = any(hold.until is None or hold.until < account.as_of for hold in holds)
    return "open" if waits else "upheld"


def _days_to_due(account: Account) -> int:
    return min(((one.line.due_on - account.as_of).days for one in _future(account)), default=NEVER)


def _future(account: Account) -> list[AccountLine]:
    return [one for one in account.lines if not one.is_overdue and one.hold is None]


def _days_since(moment: datetime | None) -> int:
    if moment is None:
        return NEVER
    return min((clock.today() - moment.astimezone(clock.COMPANY_ZONE).date()).days, NEVER)


def _next_on(account: Account) -> date:
    """The first day on which something may be different without anybody telling so."""
    later = [day for day in _days(account) if day > account.as_of]
    return min(later, default=account.as_of + timedelta(days=MONTH))


def _days(account: Account) -> Iterator[date]:
    if (promise := account.open_promise) is not None:
        yield promise.promised_on + timedelta(days=1)
    elif account.demanded:
        yield account.as_of + timedelta(days=MONTH if account.level >= COUNSEL else 1)
    for one in account.lines:
        if one.hold is not None and one.hold.until is not None:
            yield one.hold.until + timedelta(days=1)
    for one in _future(account):
        yield from (one.line.due_on - timedelta(days=days) for days in AHEAD)
        yield one.line.due_on + timedelta(days=1)
