"""What conditions in a contract's text may ask about: facts of the contract itself, by name, type and meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workflows.registry import Type
from workflows.services.conditions import Condition, read_condition

_KINDS: Final = Type("choice", choices=("new", "renewal", "supplement"))
_RULES: Final = Type("choice", choices=("on_signature", "on_first_payment", "on_date"))
_ORDERS: Final = Type("choice", choices=("either", "customer_first", "we_first"))
_PER_CENT: Final = Decimal(100)


@dataclass(frozen=True)
class Fact:
    """Its type in the language of conditions, and what it means."""

    type: Type
    label: Promise


FACTS: Final[Mapping[str, Fact]] = {
    "kind": Fact(_KINDS, _("Kind of contract")),
    "amount": Fact(Type("decimal"), _("Amount")),
    "discount": Fact(Type("decimal"), _("Discount on the list prices in percent")),
    "products": Fact(Type("integer"), _("Number of products")),
    "has_membership": Fact(Type("boolean"), _("It sells a membership")),
    "has_advertisement": Fact(Type("boolean"), _("It sells an advertisement")),
    "has_article": Fact(Type("boolean"), _("It sells articles")),
    "has_service": Fact(Type("boolean"), _("It sells services")),
    "instalments": Fact(Type("integer"), _("Number of instalments")),
    "term_days": Fact(Type("integer"), _("Days of the term")),
    "is_person": Fact(Type("boolean"), _("The customer is a person")),
    "changes": Fact(Type("integer"), _("Number of changes of the main contract")),
    "effective_rule": Fact(_RULES, _("Takes effect")),
    "signing_order": Fact(_ORDERS, _("Who signs first")),
    "late_interest": Fact(Type("boolean"), _("Interest when paid late")),
    "grace_days": Fact(Type("integer"), _("Days of grace before interest")),
}
_TYPES: Final = {name: fact.type for name, fact in FACTS.items()}


def condition_of(text: str) -> Condition:
    """The condition of a paragraph. Raises ApplicationError, in words, where it cannot be read."""
    return read_condition(text, _TYPES)


def facts_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of one contract, from the data that is frozen at submission."""
    lines, late = content["lines"], content["late"]
    listed = sum((Decimal(one["list_price"]) * Decimal(one["quantity"]) for one in lines), Decimal(0))
    amount = Decimal(content["amount"])
    sold = {one["kind"] for one in lines}
    return {
        "kind": content["kind"],
        "amount": amount,
        "discount": max(Decimal(0), (listed - amount) / listed * _PER_CENT) if listed else Decimal(0),
        "products": len(lines),
        "has_membership": "membership" in sold,
        "has_advertisement": "ad" in sold,
        "has_article": "article" in sold,
        "has_service": "service" in sold,
        "instalments": len(content["plan"]),
        "term_days": _days(content["start_on"], content["end_on"]),
        "is_person": bool(content["party_a"].get("is_person")),
        "changes": len(content.get("changes", ())),
        "effective_rule": content["effective_rule"],
        # Content that was frozen before there was a choice names no order.
        "signing_order": content.get("signing_order", "either"),
        "late_interest": late["rule"] != "none",
        "grace_days": late["grace_days"],
    }


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days + 1 if start and end else 0
