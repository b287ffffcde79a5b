"""Who signs first, where a contract says so: in which order signatures are recorded, and its words on paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import Contract, SignatureRecord
from contracts.seed.membership_contract import ALTERNATIVES
from core.errors import Text

Order, Party = Contract.SigningOrder, SignatureRecord.Party
_FIRST: Mapping[str, str] = {Order.CUSTOMER_FIRST: Party.A, Order.WE_FIRST: Party.B}


def signs_first(contract: Contract) -> str:
    """The party that signs before the other one; empty where the contract leaves it open."""
    return _FIRST.get(contract.signing_order, "")


def signing_sequence(contract: Contract) -> list[str]:
    """The parties in the order in which their signatures are recorded."""
    return [Party.B, Party.A] if signs_first(contract) == Party.B else [Party.A, Party.B]


def out_of_order(contract: Contract, party: str, signed_on: date) -> list[Text]:
    """Why a party cannot have signed on a day: the other one signs first, and has not, or did so later."""
    first = signs_first(contract)
    if not first or party == first:
        return []
    earlier = contract.signatures.filter(party=first).first()
    if earlier is None:
        return [
            _("By this contract the customer signs first: record the customer's signature, then ours.")
            if first == Party.A
            else _("By this contract we sign first: record our signature, then the customer's.")
        ]
    if signed_on < earlier.signed_on:
        day = {"day": earlier.signed_on.isoformat()}
        return [
            _(
                "By this contract the customer signs first, and did so on %(day)s: enter that day or a later one."
            )
            % day
            if first == Party.A
            else _("By this contract we sign first, and did so on %(day)s: enter that day or a later one.")
            % day
        ]
    return []


def order_words(content: Mapping[str, Any]) -> dict[str, str]:
    """What the clauses ask for; content that was frozen before there was a choice says nothing of it."""
    order = content.get("signing_order")
    if not order:
        return {}
    words = content["template"]["texts"].get("signing_orders", ALTERNATIVES["signing_order"])
    return {"signing_order": words[order]}
