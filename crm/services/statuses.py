"""Move customers from status to status, along the ways that the company has drawn (F38, F39)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, clock, following
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict, Text
from core.rights import require
from crm import events
from crm.models import Customer, CustomerStatus, StatusChange, StatusTransition
from crm.models.status import forget_statuses, known_statuses
from crm.services.cleaning import cleaned, invalid
from crm.services.rows import TOUCHED, locked_customer, person_of, touch

MANAGE, OVERRIDE = "crm.manage_statuses", "crm.override_status"
Kind = CustomerStatus.Kind
# Who gives a customer up says why.
GIVEN_UP = (Kind.LOST, Kind.INVALID)
STATUS_FIELDS = (
    "name_zh",
    "name_en",
    "kind",
    "order",
    "probability",
    "max_days",
    "needs_approval",
    "is_active",
)

CHANGED = following.news("crm.status", gettext_lazy("now in the status %(status)s"))
for one in Customer.Status:
    following.news(f"crm.status.{one}", one.label)


@transaction.atomic
def change_status(
    *,
    customer_id: int,
    to: str,
    actor: Actor,
    facts: str = "",
    reason: str = "",
    override: bool = False,
    next_on: date | None = None,
    revision: int | None = None,
) -> Customer:
    """Move a customer along a way; with ``override`` a manager sets any status and says why.

    ``next_on`` is the next contact where the work goes on; none leaves the one that is planned.
    Where the manager's approval is needed, the process asks for it and comes here afterwards, as the system.
    """
    customer = locked_customer(customer_id, actor=actor, revision=revision)
    if override and not Customer.objects.reachable_by(actor, OVERRIDE).filter(pk=customer_id).exists():
        raise PermissionDenied(OVERRIDE)
    target = CustomerStatus.objects.filter(code=to, is_active=True).first()
    if target is None:
        text = _("There is no such status in use.")
        raise ApplicationError(text, code="no_such_status", errors={"to": [text]})
    if customer.status == to:
        raise Conflict(
            _("The customer is in the status %(status)s already.") % {"status": target.name},
            code="already_in_status",
        )
    facts, reason = facts.strip()[:500], reason.strip()[:300]
    if not override:
        _require_a_way(customer, target, facts, actor)
    if (override or target.kind in GIVEN_UP) and not reason:
        text = _("Say why.")
        raise ApplicationError(text, code="reason_needed", errors={"reason": [text]})
    if next_on is not None:
        _plan(customer, next_on)
    _move(customer, target, actor=actor, facts=facts, reason=reason, override=override)
    return customer


@transaction.atomic
def set_customer_status(*, customer_id: int, status: str, actor: Actor) -> None:
    """What happened elsewhere (a contract signed) shows in the customer's status, wherever it stood."""
    customer = locked_customer(customer_id, actor=actor, revision=None)
    if customer.status == status:
        return
    target = CustomerStatus.objects.get(code=status)
    _move(customer, target, actor=actor, facts="", reason="", override=False)


def ways_from(customer: Customer) -> list[StatusTransition]:
    """Where a customer can go from its status, retired statuses left out."""
    ways = StatusTransition.objects.filter(from_status__code=customer.status, to_status__is_active=True)
    return list(ways.select_related("to_status").order_by("to_status__order"))


def _plan(customer: Customer, next_on: date) -> None:
    if next_on < clock.today():
        text = _("The next contact lies in the past.")
        raise ApplicationError(text, code="invalid", errors={"next_on": [text]})
    customer.next_contact_on = next_on


def _require_a_way(customer: Customer, target: CustomerStatus, facts: str, actor: Actor) -> None:
    way = StatusTransition.objects.filter(from_status__code=customer.status, to_status=target).first()
    if way is None:
        text = _("No way leads from %(from)s to %(to)s. Your manager can set the status by hand.") % {
            "from": customer.get_status_display(),
            "to": target.name,
        }
        raise ApplicationError(text, code="no_way", errors={"to": [text]})
    if way.needs_fact and not facts:
        text = _("Which fact proves it? A feeling is not enough.")
        raise ApplicationError(text, code="fact_needed", errors={"facts": [text]})
    if target.needs_approval and not isinstance(actor, SystemActor):
        text = _("The manager approves the way to %(status)s: use the follow-up task of the customer.") % {
            "status": target.name
        }
        raise ApplicationError(text, code="approval_needed", errors={"to": [text]})


def _move(
    customer: Customer, target: CustomerStatus, *, actor: Actor, facts: str, reason: str, override: bool
) -> None:
    before, now = customer.status, clock.now()
    change = StatusChange.objects.create(
        customer=customer,
        from_code=before,
        to_code=target.code,
        days=max((now - customer.status_since).days, 0),
        facts=facts,
        reason=reason,
        is_override=override,
        by=person_of(actor),
        at=now,
    )
    customer.status, customer.status_since = target.code, now
    if target.kind == Kind.WON:
        customer.deal_state = Customer.DealState.ACTIVE
    if target.kind in GIVEN_UP:
        customer.next_contact_on = None
    touch(customer, actor)
    customer.save(update_fields=["status", "status_since", "deal_state", "next_contact_on", *TOUCHED])
    audit.record(
        actor,
        "crm.set_customer_status",
        customer,
        before={"status": before},
        after={"status": target.code, **({"override": True} if override else {})},
        note=reason,
    )
    news = f"crm.status.{target.code}" if target.code in Customer.Status.values else CHANGED
    following.tell(subject=customer, what=news, actor=actor, status=target.name)
    events.status_changed(customer, target, change, actor=actor)


# The statuses themselves -----------------------------------------------------------------------------


@transaction.atomic
def save_status(
    *, code: str, fields: Mapping[str, Any], ways: Mapping[str, bool], actor: Actor, is_new: bool = False
) -> CustomerStatus:
    """Add a status or change it, with the ways that lead on from it: code of the next one, whether it needs a fact."""
    require(actor, MANAGE)
    values = cleaned(
        CustomerStatus, {**fields, **({"code": code} if is_new else {})}, (*STATUS_FIELDS, "code")
    )
    _require_sense(values)
    if is_new:
        if CustomerStatus.objects.filter(code=code).exists():
            raise invalid({"code": [_("There is a status with this code already.")]})
        status = CustomerStatus.objects.create(**values)
    else:
        status = CustomerStatus.objects.select_for_update().get(code=code)
        for name, value in values.items():
            setattr(status, name, value)
        status.save(update_fields=list(values) or None)
    _draw_ways(status, ways)
    audit.record(actor, "crm.save_status", status, after={**values, "ways": sorted(ways)})
    forget_statuses()
    return status


@transaction.atomic
def delete_status(*, code: str, actor: Actor) -> None:
    """Take a status away that no customer is in and none has ever been in; another one can only be retired."""
    require(actor, MANAGE)
    status = CustomerStatus.objects.select_for_update().get(code=code)
    used = StatusChange.objects.filter(to_code=code) | StatusChange.objects.filter(from_code=code)
    if Customer.objects.filter(status=code).exists() or used.exists() or code in Customer.Status.values:
        raise Conflict(
            _("%(status)s is in use: take it out of use instead, then nobody chooses it any more.")
            % {"status": status.name},
            code="status_in_use",
        )
    audit.record(actor, "crm.delete_status", status, before={"code": code})
    status.delete()
    forget_statuses()


def _require_sense(values: Mapping[str, Any]) -> None:
    errors: dict[str, list[Text]] = {}
    if values.get("probability", 0) > 100:
        errors["probability"] = [_("A percentage lies between 0 and 100.")]
    if values.get("max_days") == 0:
        errors["max_days"] = [_("Give at least one day, or leave it empty: it never stalls.")]
    if errors:
        raise invalid(errors)


def _draw_ways(status: CustomerStatus, ways: Mapping[str, bool]) -> None:
    others = {one.code: one for one in CustomerStatus.objects.exclude(pk=status.pk)}
    unknown = sorted(set(ways) - set(others))
    if unknown:
        raise invalid({"ways": [_("There is no such status in use.")]})
    status.ways.all().delete()
    StatusTransition.objects.bulk_create(
        [
            StatusTransition(from_status=status, to_status=others[code], needs_fact=fact)
            for code, fact in ways.items()
        ]
    )


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """The names of statuses in the reader's language; a code that is gone stays a code."""
    known = known_statuses()
    return {code: known[code].name if code in known else code for code in codes}
