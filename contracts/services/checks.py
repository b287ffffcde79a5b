"""What a draft still lacks before it can be submitted: shown on the page, enforced at submission."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from contracts.models import Contract
from contracts.money import shown
from contracts.services.amendments import lacks_of_amendments
from contracts.services.effect import rule_of
from contracts.services.english import lacks_of_english
from contracts.services.late_terms import template_problem
from contracts.services.wording import lacks_of_wording
from core import clock
from core.errors import Text
from crm.models import Customer
from crm.selectors import primary_contact


@dataclass(frozen=True)
class Lack:
    """One thing to mend: which field, and how."""

    field: str
    text: Text


def lacks_of(contract: Contract) -> list[Lack]:
    """Everything that keeps a draft from being submitted; empty when it is ready."""
    return [*_body(contract), *_plan(contract), *_customer(contract.customer)]


def _body(contract: Contract) -> list[Lack]:
    found = []
    sells = contract.lines.exists()
    if contract.is_supplement:
        # It may change something and sell nothing, or give something away.
        found += [Lack(field, text) for field, text in lacks_of_amendments(contract)]
    elif not sells:
        found.append(Lack("lines", _("Add at least one product.")))
    elif contract.amount <= 0:
        found.append(Lack("lines", _("The amount of the contract is zero: enter the prices.")))
    if sells or not contract.is_supplement:
        if contract.start_on is None:
            found.append(Lack("start_on", _("Enter the day on which the term starts.")))
        if contract.end_on is None:
            found.append(Lack("end_on", _("Enter the day on which the term ends.")))
    return [*found, *_effect(contract), *_late_payment(contract), *_wording(contract)]


def _wording(contract: Contract) -> list[Lack]:
    lacks = [*lacks_of_wording(contract), *lacks_of_english(contract)]
    return [Lack(field, text) for field, text in lacks]


def _late_payment(contract: Contract) -> list[Lack]:
    problem = template_problem(contract)
    return [Lack("late_rule", problem)] if problem else []


def _effect(contract: Contract) -> list[Lack]:
    day = contract.effective_due_on
    if rule_of(contract) == Contract.EffectiveRule.ON_FIRST_PAYMENT and not contract.amount:
        text = _("Nothing is paid for it: choose that it takes effect on signature, or on a date.")
        return [Lack("effective_rule", text)] if contract.is_supplement else []
    if contract.effective_rule != Contract.EffectiveRule.ON_DATE:
        return []
    if day is None:
        return [Lack("effective_due_on", _("Enter the day on which the contract takes effect."))]
    if day < clock.today():
        text = _("The day on which the contract takes effect has passed, before anybody has signed.")
        return [Lack("effective_due_on", text)]
    if contract.end_on is not None and day > contract.end_on:
        return [Lack("effective_due_on", _("The contract would take effect after its term has ended."))]
    return []


def _plan(contract: Contract) -> list[Lack]:
    amounts = list(contract.plan_lines.values_list("amount", flat=True))
    if not amounts:
        if contract.is_supplement and not contract.amount:
            return []
        return [Lack("plan", _("Add the payment plan: at least one instalment."))]
    total = sum(amounts, Decimal("0.00"))
    if total == contract.amount:
        return []
    values = {
        "total": shown(total),
        "amount": shown(contract.amount),
        "difference": shown(abs(contract.amount - total)),
    }
    if total < contract.amount:
        text = _("The instalments sum to %(total)s, the contract to %(amount)s: %(difference)s is missing.")
    else:
        text = _("The instalments sum to %(total)s, the contract to %(amount)s: %(difference)s too much.")
    return [Lack("plan", text % values)]


def _customer(customer: Customer) -> list[Lack]:
    """The law counts names and addresses of the parties among the essentials of a contract."""
    found = []
    if not customer.addresses.exists():
        found.append(Lack("customer", _("The customer has no address: add one on the customer's page.")))
    if customer.kind == Customer.Kind.COMPANY and not customer.uscc:
        found.append(
            Lack(
                "customer",
                _("The customer has no unified social credit code: add it on the customer's page."),
            )
        )
    contact = primary_contact(customer)
    if contact is None or not contact.best_number:
        found.append(
            Lack(
                "customer",
                _("The customer has no contact with a phone number: add one on the customer's page."),
            )
        )
    return found
