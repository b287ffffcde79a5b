"""Who tracks a customer: the one place that writes it (F4, F5, F9)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from core import clock
from core.actors import Actor
from core.constraints import refusing
from core.errors import ApplicationError
from core.models import User
from crm import events
from crm.models import Customer, OwnershipPeriod
from crm.normalise import name_norm
from crm.services.rows import TOUCHED, person_of, touch

WRITTEN = (
    "owner",
    "department_path",
    "pool_state",
    "first_tracker",
    "first_tracked_at",
    "next_contact_on",
)

How = OwnershipPeriod.How
EndReason = OwnershipPeriod.EndReason


def take_ownership(
    *,
    customer: Customer,
    owner: User | None,
    how: str,
    actor: Actor,
    end_reason: str = "",
    reason: str = "",
) -> None:
    """Let somebody track a customer from now on, or nobody: the row and its ownerships say so together.

    The caller has asked for the right and holds the row under its lock; a customer that is not stored yet is
    inserted with its owner. The first tracker stays through a hand-over and goes with the release to the pool: it is
    whoever took the customer first and has not let go of it since (F9).
    """
    now = clock.now()
    is_new, before = customer._state.adding, customer.owner_id
    customer.owner = owner
    customer.department_path = owner.department_path if owner else ""
    customer.pool_state = Customer.PoolState.OWNED if owner else Customer.PoolState.POOL
    if owner is None:
        customer.first_tracker = customer.first_tracked_at = customer.next_contact_on = None
    elif customer.first_tracker_id is None:
        customer.first_tracker, customer.first_tracked_at = owner, now
    refuse_if_tracked(customer)
    with refusing(refusals()):
        if is_new:
            customer.save(force_insert=True)
        else:
            touch(customer, actor)
            customer.save(update_fields=[*WRITTEN, *TOUCHED])
        if before is not None and not is_new:
            _end(customer, now, end_reason or (EndReason.TRANSFER if owner else EndReason.RELEASE), reason)
        if owner is not None:
            period = OwnershipPeriod.objects.create(
                customer=customer,
                owner=owner,
                started_at=now,
                how=how,
                reason=reason,
                by=person_of(actor),
            )
    if owner is None:
        if before is not None:
            events.released(customer, actor=actor)
    elif before is None or is_new:
        events.tracked(customer, period, actor=actor)
    else:
        events.transferred(customer, period, actor=actor)


def _end(customer: Customer, now: object, end_reason: str, reason: str) -> None:
    OwnershipPeriod.objects.filter(customer=customer, ended_at__isnull=True).update(
        ended_at=now, end_reason=end_reason, reason=reason
    )


def refuse_if_tracked(customer: Customer) -> None:
    """Whoever tracks a company first keeps it: nobody enters it a second time."""
    if customer.uscc and Customer.objects.filter(uscc=customer.uscc).exclude(pk=customer.pk).exists():
        raise refusals()["crm_customer_uscc_key"]
    if customer.kind != Customer.Kind.COMPANY or customer.owner_id is None:
        return
    same = Customer.objects.filter(
        name_norm=name_norm(customer.name), kind=Customer.Kind.COMPANY, owner__isnull=False
    ).exclude(pk=customer.pk)
    if same.exists():
        raise refusals()["tracked_company_has_its_name_alone"]


def refusals() -> dict[str, ApplicationError]:
    """What the database's "no" means to people."""
    tracked = gettext_lazy("A company of this name is tracked already; ask your manager who looks after it.")
    same_code = gettext_lazy("Another customer has this unified social credit code already.")
    return {
        "tracked_company_has_its_name_alone": ApplicationError(
            tracked, code="already_tracked", errors={"name": [tracked]}
        ),
        "crm_customer_uscc_key": ApplicationError(same_code, code="uscc_taken", errors={"uscc": [same_code]}),
    }
