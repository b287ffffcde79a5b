"""What a customer need not pay any more when a contract ends before its time: instalments are released, the last one
first, so that what is left falls due as it always did."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contracts.models import Contract, Payment, PaymentPlanLine
from contracts.money import ZERO
from contracts.services.parts import parts_of
from core.errors import Conflict


def release_instalments(parts: Sequence[Contract], *, keep: Decimal) -> Decimal:
    """Leave just ``keep`` open of a contract with its supplements; says how much was released. They are locked and
    terminated.

    Raises Conflict (payment_waits) where money that was recorded and not confirmed would pay what is released.
    """
    locked = PaymentPlanLine.objects.select_for_update(no_key=True).filter(contract__in=parts).order_by("pk")
    keys = [line.pk for line in locked]
    lines = list(
        PaymentPlanLine.objects.filter(pk__in=keys).with_paid().order_by("-due_on", "-contract_id", "-seq")
    )
    left = max(sum((line.outstanding for line in lines), ZERO) - keep, ZERO)
    total, changed = left, []
    for line in lines:
        part = min(left, line.binding - line.reserved)
        if part > 0:
            line.released += part
            left -= part
            changed.append(line)
    if left > 0:
        raise _waits(parts)
    PaymentPlanLine.objects.bulk_update(changed, ["released"])
    return total


def payments_that_wait(parts: Sequence[Contract]) -> QuerySet[Payment]:
    """What was recorded for them and is neither confirmed nor taken back."""
    rows = Payment.objects.filter(state=Payment.State.DRAFT, allocations__plan_line__contract__in=parts)
    return rows.distinct()


def require_money_decided(contract: Contract) -> None:
    """Refuse while money that was recorded for a contract or one of its supplements waits to be confirmed.

    Raises Conflict (payment_waits).
    """
    parts = parts_of(contract)
    if payments_that_wait(parts).exists():
        raise _waits(parts)


def _waits(parts: Sequence[Contract]) -> Conflict:
    waiting = payments_that_wait(parts)
    return Conflict(
        _("Money for this contract waits to be confirmed (%(numbers)s): confirm or reverse it first.")
        % {"numbers": ", ".join(waiting.order_by("no").values_list("no", flat=True))},
        code="payment_waits",
    )
