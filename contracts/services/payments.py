"""Money that came in: recorded by one person, confirmed by another, reversed by a row of its own.

Locks are taken in one order everywhere: the payment, then the contracts, then the instalments, by key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts import events, webhooks
from contracts.models import Allocation, Contract, Payment, PaymentPlanLine, PaymentReversal
from contracts.money import ZERO, is_money, shown
from contracts.selectors import PAYABLE
from contracts.settings_kinds import CONFIRMER_DIFFERS
from core import audit, clock
from core.actors import Actor
from core.configuration import value
from core.constraints import refusing
from core.errors import ApplicationError, Conflict, Text
from core.models import User
from core.numbers import next_number
from core.rights import require_on
from core.search import tokens
from crm.models import Customer
from crm.services.cleaning import clean_each

PAYMENT_FIELDS = ("received_on", "amount", "method", "bank_ref", "payer", "note")


@dataclass(frozen=True)
class Share:
    """How much of a payment goes to which instalment."""

    plan_line_id: int
    amount: Decimal


@transaction.atomic
def record_payment(
    *, customer_id: int, fields: Mapping[str, Any], actor: Actor, shares: Sequence[Share] = ()
) -> Payment:
    """Enter a receipt, perhaps with the instalments it pays. It counts once somebody else confirms it."""
    recorder = _person(actor)
    require_on(actor, "contracts.record_payment", Customer.objects.all(), customer_id)
    customer = Customer.objects.get(pk=customer_id)
    values = _clean(fields)
    values.setdefault("payer", customer.name)
    payment = Payment(customer=customer, recorded_by=recorder, recorded_at=clock.now(), **values)
    with refusing(_refusals()):
        if payment.bank_ref and Payment.objects.filter(bank_ref=payment.bank_ref).exists():
            raise _refusals()["contracts_payment_bank_ref_key"]
        payment.no = next_number("payment", on=clock.today())
        payment.search_tokens = tokens(payment.no, payment.bank_ref or "", payment.payer, customer.name)
        payment.save(force_insert=True)
    if shares:
        _allocate(payment, shares)
    audit.record(
        actor, "contracts.record_payment", payment, after={"no": payment.no, "amount": payment.amount}
    )
    return payment


@transaction.atomic
def allocate_payment(*, payment_id: int, shares: Sequence[Share], actor: Actor) -> Payment:
    """Say which instalments a payment pays: anew while it waits for confirmation, else what is left of it."""
    require_on(actor, "contracts.record_payment", Payment.objects.all(), payment_id)
    payment = _locked(payment_id)
    if payment.state == Payment.State.REVERSED:
        raise Conflict(
            _("Payment %(no)s is reversed, so it pays nothing.") % {"no": payment.no}, code="payment_reversed"
        )
    if payment.state == Payment.State.DRAFT:
        payment.allocations.all().delete()
    _allocate(payment, shares)
    audit.record(
        actor,
        "contracts.allocate_payment",
        payment,
        after={"shares": [{"plan_line": one.plan_line_id, "amount": one.amount} for one in shares]},
    )
    if payment.state == Payment.State.CONFIRMED:
        events.payment_confirmed(payment, _locked_contracts(payment), actor=actor)
        events.receivables_changed(payment.customer, "payment", actor=actor)
    return payment


@transaction.atomic
def confirm_payment(*, payment_id: int, actor: Actor) -> Payment:
    """The money is there: from now on it counts. Whoever recorded it does not confirm it."""
    confirmer = _person(actor)
    require_on(actor, "contracts.confirm_payment", Payment.objects.all(), payment_id)
    payment = _locked(payment_id)
    if payment.state != Payment.State.DRAFT:
        raise _moved_on(payment)
    contracts = _locked_contracts(payment)
    if payment.recorded_by_id == confirmer.pk:
        if value(CONFIRMER_DIFFERS):
            raise _refusals()["payment_is_confirmed_by_a_second_person"]
        payment.second_person_waived = True
    payment.state = Payment.State.CONFIRMED
    payment.confirmed_by = confirmer
    payment.confirmed_at = clock.now()
    payment.save(update_fields=["state", "confirmed_by", "confirmed_at", "second_person_waived"])
    audit.record(actor, "contracts.confirm_payment", payment, after={"amount": payment.amount})
    webhooks.payment_confirmed(payment)
    events.payment_confirmed(payment, contracts, actor=actor)
    events.receivables_changed(payment.customer, "payment", actor=actor, uid=f"confirmed:{payment.pk}")
    return payment


@transaction.atomic
def reverse_payment(*, payment_id: int, reason: str, actor: Actor) -> Payment:
    """Take a payment back: it stays readable, pays nothing any more, and says why."""
    person = _person(actor)
    require_on(actor, "contracts.reverse_payment", Payment.objects.all(), payment_id)
    if not reason.strip():
        missing = _("Say why the payment is reversed.")
        raise ApplicationError(missing, code="reason_required", errors={"reason": [missing]})
    payment = _locked(payment_id)
    if payment.state == Payment.State.REVERSED:
        raise _moved_on(payment)
    contracts = _locked_contracts(payment)
    before = payment.state
    PaymentReversal.objects.create(
        payment=payment, reason=reason.strip()[:300], reversed_by=person, reversed_at=clock.now()
    )
    payment.state = Payment.State.REVERSED
    payment.save(update_fields=["state"])
    audit.record(
        actor,
        "contracts.reverse_payment",
        payment,
        before={"state": before},
        after={"state": "reversed"},
        note=reason,
    )
    webhooks.payment_reversed(payment, reason=reason.strip())
    if before == Payment.State.CONFIRMED:
        events.payment_reversed(payment, contracts, actor=actor)
        if contracts:
            # What was settled may be owed again: a case that has ended begins anew.
            events.receivables_opened(
                payment.customer, contracts[0].no or "", actor=actor, uid=f"reversed:{payment.pk}"
            )
    return payment


def propose_shares(*, customer_id: int, amount: Decimal, actor: Actor) -> list[Share]:
    """The customer's open instalments, oldest due first, until the amount is used up."""
    require_on(actor, "contracts.record_payment", Customer.objects.all(), customer_id)
    lines = (
        PaymentPlanLine.objects.filter(contract__customer=customer_id, contract__state__in=PAYABLE)
        .with_paid()
        .order_by("due_on", "pk")
    )
    shares, left = [], amount
    for line in lines:
        part = min(left, line.binding - line.reserved)
        if part > 0:
            shares.append(Share(line.pk, part))
            left -= part
    return shares


# Inside ---------------------------------------------------------------------------------------


def _allocate(payment: Payment, shares: Sequence[Share]) -> None:
    keys = sorted({one.plan_line_id for one in shares})
    if len(keys) != len(shares):
        raise ApplicationError(_("Name each instalment once."), code="instalment_twice")
    # A contract that is given up meanwhile would take the money with it.
    list(
        Contract.objects.select_for_update(no_key=True)
        .filter(pk__in=PaymentPlanLine.objects.filter(pk__in=keys).values("contract"))
        .order_by("pk")
    )
    locked = PaymentPlanLine.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    known = {line.pk for line in locked}
    lines = {line.pk: line for line in PaymentPlanLine.objects.filter(pk__in=known).with_paid()}
    contracts = {one.pk: one for one in Contract.objects.filter(plan_lines__in=known)}
    errors: dict[str, list[Text]] = {}
    for share in shares:
        line = lines.get(share.plan_line_id)
        problem = _share_problem(payment, share, line, contracts.get(line.contract_id) if line else None)
        if problem:
            errors[f"shares.{share.plan_line_id}"] = [problem]
    if errors:
        raise ApplicationError(_("Please correct the marked instalments."), code="invalid", errors=errors)
    given = sum((one.amount for one in shares), ZERO) + sum(
        payment.allocations.values_list("amount", flat=True), ZERO
    )
    if given > payment.amount:
        raise _exceeds_payment(payment, given)
    with refusing(_refusals()):
        Allocation.objects.bulk_create(
            Allocation(payment=payment, plan_line_id=one.plan_line_id, amount=one.amount) for one in shares
        )


def _share_problem(
    payment: Payment, share: Share, line: PaymentPlanLine | None, contract: Contract | None
) -> Text | None:
    if line is None or contract is None or contract.customer_id != payment.customer_id:
        return _("This instalment is not one of the customer's.")
    if contract.state not in PAYABLE:
        return _("Contract %(contract)s is %(state)s, so nothing is owed on it.") % {
            "contract": contract,
            "state": contract.get_state_display(),
        }
    if not is_money(share.amount) or share.amount <= 0:
        return _("The amount is positive, with at most two decimals.")
    open_amount = line.binding - line.reserved
    if share.amount > open_amount:
        return _("Only %(open)s of this instalment is open.") % {"open": shown(open_amount)}
    return None


def _clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    values, errors = clean_each(Payment, fields, PAYMENT_FIELDS)
    amount, received_on = values.get("amount"), values.get("received_on")
    if amount is None and "amount" not in errors:
        errors["amount"] = [_("Enter the amount.")]
    elif isinstance(amount, Decimal) and (not is_money(amount) or amount <= 0):
        errors["amount"] = [_("The amount is positive, with at most two decimals.")]
    if received_on is None and "received_on" not in errors:
        errors["received_on"] = [_("Enter the day on which the money came in.")]
    elif isinstance(received_on, date) and received_on > clock.today():
        errors["received_on"] = [_("This day lies in the future.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    return {name: value for name, value in values.items() if value != "" or name == "note"}


def _locked(payment_id: int) -> Payment:
    return (
        Payment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("customer", "recorded_by", "confirmed_by")
        .get(pk=payment_id)
    )


def _locked_contracts(payment: Payment) -> list[Contract]:
    """The contracts that a payment pays, until the end of the transaction.

    A signature that is recorded, or a case that goes on, at this very moment looks for money with its contract
    locked: it sees this payment, or is seen waiting for it.
    """
    paid = payment.allocations.values("plan_line__contract")
    return list(Contract.objects.select_for_update(no_key=True).filter(pk__in=paid).order_by("pk"))


def _person(actor: Actor) -> User:
    if not isinstance(actor, User):
        raise PermissionDenied("Money is recorded and confirmed by people.")
    return actor


def _moved_on(payment: Payment) -> Conflict:
    if payment.state == Payment.State.REVERSED:
        return Conflict(
            _("Payment %(no)s has been reversed already.") % {"no": payment.no}, code="payment_reversed"
        )
    who = payment.confirmed_by.name if payment.confirmed_by else ""
    when = (payment.confirmed_at or clock.now()).astimezone(clock.COMPANY_ZONE)
    return Conflict(
        _("%(who)s confirmed payment %(no)s at %(time)s already.")
        % {"who": who, "no": payment.no, "time": f"{when:%Y-%m-%d %H:%M}"},
        code="payment_confirmed",
    )


def _exceeds_payment(payment: Payment, given: Decimal) -> ApplicationError:
    return ApplicationError(
        _("The payment is %(amount)s, but %(given)s is allocated.")
        % {"amount": shown(payment.amount), "given": shown(given)},
        code="payment_exceeded",
    )


def _refusals() -> dict[str, ApplicationError]:
    """What the database may refuse, in words."""
    same_ref = gettext_lazy("A payment with this bank reference is recorded already.")
    second = gettext_lazy("Whoever recorded a payment does not confirm it: ask a colleague.")
    return {
        "contracts_payment_bank_ref_key": ApplicationError(
            same_ref, code="bank_ref_taken", errors={"bank_ref": [same_ref]}
        ),
        "payment_is_confirmed_by_a_second_person": ApplicationError(second, code="second_person_needed"),
        "allocations_do_not_exceed_the_payment": ApplicationError(
            gettext_lazy("More is allocated than the payment holds."), code="payment_exceeded"
        ),
        "allocations_do_not_exceed_the_instalment": ApplicationError(
            gettext_lazy("More is allocated than the instalment is."), code="instalment_exceeded"
        ),
        "payment_pays_an_instalment_once": ApplicationError(
            gettext_lazy("This payment pays this instalment already."), code="instalment_twice"
        ),
    }
