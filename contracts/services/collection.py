"""What people do about money that does not come: call, take promises, hold what is disputed, raise the demand.

Locks are taken in one order: the customer, then the contracts by key. A payment locks the contracts it pays, so
whoever raises a level or prints a letter either sees the money, or is seen by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts import events
from contracts.models import (
    CollectionLevel,
    Contract,
    DisputeHold,
    Payment,
    PaymentChase,
    PaymentPlanLine,
    PromiseToPay,
)
from contracts.money import ZERO, is_money
from contracts.services.account import Account, account_of
from contracts.services.moves import require_process
from contracts.settings_kinds import PROMISE_WITHIN_DAYS
from core import audit, clock
from core.actors import Actor, SystemActor
from core.configuration import value
from core.constraints import refusing
from core.errors import ApplicationError, Conflict, Text
from core.models import User
from core.rights import require_on
from crm.models import Customer
from crm.services.activities import log_activity

PROMISE, HOLD = "contracts.record_promise", "contracts.hold_dispute"
SYSTEM = SystemActor("contracts.collection")
LONGEST_HOLD = 90
# A call for money is an activity with the customer like any other (F81); its subject is data, so it is Chinese.
LOG, ACTIVITY = "crm.log_activity", "payment_chasing"
SUBJECTS = {PaymentChase.Kind.CALL: "电话催款", PaymentChase.Kind.REMINDER: "到期前提醒"}


@transaction.atomic
def record_promise(
    *,
    customer_id: int,
    amount: Decimal,
    promised_on: date,
    actor: Actor,
    plan_line_id: int | None = None,
    note: str = "",
) -> PromiseToPay:
    """The customer says when how much will come; until then nobody presses. An open promise is replaced."""
    person = _person(actor)
    require_on(actor, PROMISE, Customer.objects.all(), customer_id)
    customer = lock_customer(customer_id)
    account = account_of(customer_id=customer_id, actor=SYSTEM)
    _require_promise(account, amount, promised_on, plan_line_id)
    now = clock.now()
    PromiseToPay.objects.filter(customer=customer, state=PromiseToPay.State.OPEN).update(
        state=PromiseToPay.State.REPLACED, settled_at=now
    )
    promise = PromiseToPay.objects.create(
        customer=customer,
        plan_line_id=plan_line_id,
        amount=amount,
        promised_on=promised_on,
        note=note.strip()[:300],
        recorded_by=person,
        recorded_at=now,
    )
    audit.record(
        actor,
        "contracts.record_promise",
        customer,
        after={"amount": amount, "promised_on": promised_on},
        note=note,
    )
    events.receivables_changed(customer, "promise", actor=actor, uid=f"promise:{promise.pk}")
    return promise


@transaction.atomic
def record_chase(*, customer_id: int, kind: str, outcome: str, actor: Actor, note: str = "") -> PaymentChase:
    """Somebody called for money, or reminded before it was due."""
    person = _person(actor)
    require_on(actor, PROMISE, Customer.objects.all(), customer_id)
    if kind not in PaymentChase.Kind.values or outcome not in PaymentChase.Outcome.values:
        text = _("Choose what came of it.")
        raise ApplicationError(text, code="invalid", errors={"outcome": [text]})
    customer = lock_customer(customer_id)
    chase = PaymentChase.objects.create(
        customer=customer,
        kind=kind,
        outcome=outcome,
        note=note.strip()[:500],
        chased_by=person,
        chased_at=clock.now(),
    )
    may_log = Customer.objects.reachable_by(actor, LOG).filter(pk=customer_id).exists()
    log_activity(
        customer_id=customer_id,
        fields={
            "type": ACTIVITY,
            "subject": SUBJECTS[PaymentChase.Kind(kind)],
            "occurred_on": clock.today(),
            "description": chase.note,
            "outcome": str(chase.get_outcome_display()),
        },
        executors=[person],
        actor=actor if may_log else SYSTEM,
    )
    audit.record(
        actor, "contracts.record_chase", customer, after={"kind": kind, "outcome": outcome}, note=note
    )
    return chase


@transaction.atomic
def open_dispute(*, plan_line_id: int, reason: str, actor: Actor) -> DisputeHold:
    """The customer disputes an instalment: it is not asked for until somebody has decided."""
    person = _person(actor)
    line, customer = _locked_line(plan_line_id, actor, (PROMISE, HOLD))
    if not reason.strip():
        missing = _("Say what the customer disputes.")
        raise ApplicationError(missing, code="reason_required", errors={"reason": [missing]})
    if line.contract.state not in Contract.OWED or line.outstanding <= 0:
        text = _("Nothing is owed on this instalment.")
        raise ApplicationError(text, code="nothing_owed", errors={"plan_line": [text]})
    with refusing(_refusals()):
        hold = DisputeHold.objects.create(
            plan_line=line, reason=reason.strip()[:300], opened_by=person, opened_at=clock.now()
        )
    audit.record(actor, "contracts.open_dispute", customer, after={"instalment": str(line)}, note=reason)
    events.receivables_changed(customer, "dispute", actor=actor, uid=f"dispute:{hold.pk}")
    return hold


@transaction.atomic
def uphold_dispute(*, hold_id: int, until: date, actor: Actor, note: str = "") -> DisputeHold:
    """The customer may be right: the instalment is not asked for until this day."""
    _person(actor)
    hold, customer = _locked_hold(hold_id, actor)
    latest = clock.today() + timedelta(days=LONGEST_HOLD)
    if not clock.today() < until <= latest:
        text = _("Enter a day after today, at most %(days)s days away.") % {"days": LONGEST_HOLD}
        raise ApplicationError(text, code="invalid", errors={"until": [text]})
    hold.until, hold.note = until, note.strip()[:300]
    hold.save(update_fields=["until", "note"])
    audit.record(actor, "contracts.uphold_dispute", customer, after={"until": until}, note=note)
    events.receivables_changed(customer, "dispute", actor=actor)
    return hold


@transaction.atomic
def release_dispute(*, hold_id: int, actor: Actor, note: str = "") -> DisputeHold:
    """The dispute is settled: the instalment is asked for again."""
    person = _person(actor)
    hold, customer = _locked_hold(hold_id, actor)
    hold.released_by, hold.released_at, hold.note = person, clock.now(), note.strip()[:300]
    hold.save(update_fields=["released_by", "released_at", "note"])
    audit.record(
        actor, "contracts.release_dispute", customer, after={"instalment": str(hold.plan_line)}, note=note
    )
    events.receivables_changed(customer, "dispute", actor=actor)
    return hold


@transaction.atomic
def raise_level(
    *, customer_id: int, level: int, actor: Actor, approved_by: User | None = None
) -> Sequence[CollectionLevel]:
    """What is overdue and not disputed reaches this level; finance's next run writes the letter.

    The balances are read again with the contracts locked: money that came in the meantime is told, not passed over.
    """
    require_process(actor)
    customer = lock_customer(customer_id)
    lock_contracts([customer_id])
    account = account_of(customer_id=customer_id, actor=SYSTEM)
    if not account.demanded:
        raise Conflict(
            _("Nothing of %(customer)s is overdue any more.") % {"customer": customer.name},
            code="nothing_overdue",
        )
    if account.open_promise is not None:
        raise Conflict(
            _("%(customer)s has promised to pay until %(day)s.")
            % {"customer": customer.name, "day": f"{account.open_promise.promised_on:%Y-%m-%d}"},
            code="promise_open",
        )
    if account.level >= level:
        raise Conflict(
            _("%(customer)s has reached this level already.") % {"customer": customer.name},
            code="level_reached",
        )
    rows = CollectionLevel.objects.bulk_create(
        CollectionLevel(
            customer=customer,
            plan_line=one.line,
            level=level,
            reached_at=clock.now(),
            approved_by=approved_by,
        )
        for one in account.demanded
    )
    audit.record(
        approved_by or actor,
        "contracts.raise_level",
        customer,
        after={"level": level, "instalments": len(rows), "days_overdue": account.days_overdue},
    )
    return rows


@transaction.atomic
def settle_promise(*, customer_id: int, actor: Actor) -> PromiseToPay | None:
    """Whether an open promise was kept, or its day has passed without the money."""
    require_process(actor)
    lock_customer(customer_id)
    promise = PromiseToPay.objects.filter(customer=customer_id, state=PromiseToPay.State.OPEN).first()
    if promise is None:
        return None
    account = account_of(customer_id=customer_id, actor=SYSTEM)
    if account.is_settled or received_since(promise) >= promise.amount:
        state = PromiseToPay.State.KEPT
    elif clock.today() > promise.promised_on:
        state = PromiseToPay.State.BROKEN
    else:
        return promise
    promise.state, promise.settled_at = state, clock.now()
    promise.save(update_fields=["state", "settled_at"])
    audit.record(actor, f"contracts.promise_{state}", promise.customer, after={"amount": promise.amount})
    return promise


# Locks ----------------------------------------------------------------------------------------


def lock_customer(customer_id: int) -> Customer:
    """The customer until the end of the transaction: calls, promises and levels wait for each other."""
    return Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer_id)


def lock_contracts(customer_ids: Sequence[int]) -> list[Contract]:
    """What the customers owe on: payments of it wait, or were there first and are seen."""
    return list(
        Contract.objects.select_for_update(of=("self",), no_key=True)
        .filter(customer__in=customer_ids, state__in=Contract.OWED)
        .order_by("pk")
    )


def _locked_line(
    plan_line_id: int, actor: Actor, permissions: Sequence[str]
) -> tuple[PaymentPlanLine, Customer]:
    found = PaymentPlanLine.objects.select_related("contract").filter(pk=plan_line_id).first()
    if found is None:
        raise PaymentPlanLine.DoesNotExist(f"PaymentPlanLine {plan_line_id} does not exist.")
    customer_id = found.contract.customer_id
    _require_one_of(actor, permissions, customer_id)
    customer = lock_customer(customer_id)
    lock_contracts([customer_id])
    line = PaymentPlanLine.objects.with_paid().select_related("contract").get(pk=plan_line_id)
    return line, customer


def _locked_hold(hold_id: int, actor: Actor) -> tuple[DisputeHold, Customer]:
    found = DisputeHold.objects.select_related("plan_line__contract").filter(pk=hold_id).first()
    if found is None:
        raise DisputeHold.DoesNotExist(f"DisputeHold {hold_id} does not exist.")
    customer_id = found.plan_line.contract.customer_id
    require_on(actor, HOLD, Customer.objects.all(), customer_id)
    customer = lock_customer(customer_id)
    hold = DisputeHold.objects.select_related("plan_line__contract", "released_by").get(pk=hold_id)
    if hold.released_at is not None:
        who = hold.released_by.name if hold.released_by else ""
        raise Conflict(_("%(who)s has settled this dispute already.") % {"who": who}, code="dispute_settled")
    return hold, customer


# Inside ---------------------------------------------------------------------------------------


def _require_one_of(actor: Actor, permissions: Sequence[str], customer_id: int) -> None:
    """Any of these rights will do; the refusal is that of the first."""
    for permission in permissions[1:]:
        if Customer.objects.visible_to(actor).reachable_by(actor, permission).filter(pk=customer_id).exists():
            return
    require_on(actor, permissions[0], Customer.objects.all(), customer_id)


def _require_promise(account: Account, amount: Decimal, promised_on: date, plan_line_id: int | None) -> None:
    errors: dict[str, list[Text]] = {}
    if account.is_settled:
        raise ApplicationError(_("This customer owes nothing."), code="nothing_owed")
    days = value(PROMISE_WITHIN_DAYS)
    if not is_money(amount) or amount <= 0:
        errors["amount"] = [_("The amount is positive, with at most two decimals.")]
    elif amount > account.total:
        errors["amount"] = [_("The customer owes less than that.")]
    if promised_on < clock.today():
        errors["promised_on"] = [_("This day has passed.")]
    elif promised_on > clock.today() + timedelta(days=days):
        errors["promised_on"] = [
            _("At most %(days)s days ahead: what is later is no promise.") % {"days": days}
        ]
    if plan_line_id is not None and plan_line_id not in {one.line.pk for one in account.lines}:
        errors["plan_line"] = [_("This instalment is not open.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)


def received_since(promise: PromiseToPay) -> Decimal:
    """What was confirmed for the customer since the promise, of money that came by its day."""
    found: Decimal | None = Payment.objects.filter(
        customer=promise.customer_id,
        state=Payment.State.CONFIRMED,
        confirmed_at__gte=promise.recorded_at,
        received_on__lte=promise.promised_on,
    ).aggregate(sum=Sum("amount"))["sum"]
    return found or ZERO


def _person(actor: Actor) -> User:
    if not isinstance(actor, User):
        raise PermissionDenied("People deal with customers.")
    return actor


def _refusals() -> dict[str, ApplicationError]:
    return {
        "instalment_has_one_open_hold": Conflict(
            gettext_lazy("This instalment is disputed already."), code="disputed_already"
        ),
    }
