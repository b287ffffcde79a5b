"""Where a customer stands on its way, as its process reads it; wake one that rests (F38, F39)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.actors import Actor, SystemActor
from core.errors import Conflict
from crm import notices
from crm.models import Customer, CustomerStatus
from crm.services.rows import locked_customer
from crm.services.statuses import GIVEN_UP, change_status, set_customer_status, ways_from

PROCESS = "customer_status"
Kind = CustomerStatus.Kind
# So long a customer rests before somebody asks again.
REST = timedelta(days=90)
# A status without a limit: looked at after a year, when nobody is told.
NO_LIMIT = "P365D"


@dataclass(frozen=True)
class Standing:
    """What the process of a customer turns on. The days stand there also where they mean nothing."""

    is_tracked: bool
    kind: str
    stall_after: str
    has_next: bool
    next_on: date
    wake_on: date


def standing_of(customer_id: int) -> Standing:
    """The customer's status as its row says it today, and the next contact that lies ahead."""
    customer = Customer.objects.get(pk=customer_id)
    status = CustomerStatus.objects.get(code=customer.status)
    today, following = clock.today(), customer.next_contact_on
    return Standing(
        is_tracked=customer.owner_id is not None,
        kind=status.kind,
        stall_after=f"P{status.max_days}D" if status.max_days else NO_LIMIT,
        has_next=following is not None and following > today,
        next_on=following or today,
        wake_on=customer.status_since.astimezone(clock.COMPANY_ZONE).date() + REST,
    )


def move_customer(*, customer_id: int, to: str, facts: str, reason: str, actor: SystemActor) -> None:
    """What the follow-up decided; nothing to do where somebody has set that status by hand in the meantime."""
    customer = locked_customer(customer_id, actor=actor, revision=None)
    if customer.status != to:
        change_status(customer_id=customer_id, to=to, facts=facts, reason=reason, actor=actor)


@transaction.atomic
def wake_customer(*, customer_id: int, actor: SystemActor) -> None:
    """A customer that rests is worked on again: along the first way that leads to such a status."""
    customer = locked_customer(customer_id, actor=actor, revision=None)
    if CustomerStatus.objects.get(code=customer.status).kind != Kind.DORMANT:
        return
    ways = [way.to_status for way in ways_from(customer) if way.to_status.kind in (Kind.OPEN, Kind.WAITING)]
    target = ways[0] if ways else CustomerStatus.objects.filter(kind=Kind.OPEN, is_active=True).first()
    if target is None:
        raise Conflict(_("There is no status for customers being worked on."), code="no_such_status")
    set_customer_status(customer_id=customer_id, status=target.code, actor=actor)


@transaction.atomic
def hint_stall(*, customer_id: int, actor: Actor) -> None:
    """Tell the manager that a customer has not moved for longer than its status allows: once for each stay in it."""
    customer = Customer.objects.select_related("owner__manager").get(pk=customer_id)
    if CustomerStatus.objects.get(code=customer.status).max_days:
        notices.stalls(customer, days=(clock.now() - customer.status_since).days)


def require_startable(customer: Customer) -> None:
    """The process accompanies customers that somebody tracks and works on."""
    if customer.owner_id is None:
        raise Conflict(
            _("Nobody tracks customer %(customer)s: claim it first.") % {"customer": customer.no},
            code="not_tracked",
        )
    status = CustomerStatus.objects.get(code=customer.status)
    if status.kind in (Kind.WON, *GIVEN_UP):
        raise Conflict(
            _("Customer %(customer)s stands in %(status)s: there is nothing to follow up.")
            % {"customer": customer.no, "status": status.name},
            code="wrong_state",
        )
