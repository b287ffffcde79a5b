"""The values that a contract's text may name, what each means, and how it looks on a sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The tables that a paragraph may introduce.
TABLES: Final = ("lines", "payment_plan", "notices", "annexes")
# Each contract has exactly one of these.
NEEDED_TABLES: Final = ("lines", "payment_plan")
ARTICLE: Final = "article:"


@dataclass(frozen=True)
class Placeholder:
    """What it means to those who write texts; ``group`` keeps the list short."""

    label: Promise
    group: str


_CONTRACT, _PARTIES, _MONEY, _TERM = "contract", "parties", "money", "term"
GROUPS: Final[Mapping[str, Promise]] = {
    _CONTRACT: _("Contract"),
    _PARTIES: _("Parties"),
    _MONEY: _("Price and account"),
    _TERM: _("Term and effect"),
}
VALUES: Final[Mapping[str, Placeholder]] = {
    "number": Placeholder(_("Contract no."), _CONTRACT),
    "title": Placeholder(_("Title"), _CONTRACT),
    "sign_place": Placeholder(_("Place of signing"), _CONTRACT),
    "copies": Placeholder(_("Copies, in words"), _CONTRACT),
    "copies_each": Placeholder(_("Copies for each side, in words"), _CONTRACT),
    "previous_contract": Placeholder(_("Number of the previous contract"), _CONTRACT),
    "main_number": Placeholder(_("Supplement: number of the main contract"), _CONTRACT),
    "main_title": Placeholder(_("Supplement: title of the main contract"), _CONTRACT),
    "main_signed_on": Placeholder(_("Supplement: day on which the main contract was signed"), _CONTRACT),
    "party_a": Placeholder(_("Customer (party A)"), _PARTIES),
    "party_b": Placeholder(_("Our company (party B)"), _PARTIES),
    "platform_name": Placeholder(_("Name of the platform"), _PARTIES),
    "platform_url": Placeholder(_("Address of the platform"), _PARTIES),
    "amount": Placeholder(_("Amount in figures"), _MONEY),
    "amount_in_words": Placeholder(_("Amount in capitals"), _MONEY),
    "tax_note": Placeholder(_("Tax, in words"), _MONEY),
    "payee_name": Placeholder(_("Receiving account: name"), _MONEY),
    "payee_bank": Placeholder(_("Receiving account: bank"), _MONEY),
    "payee_account": Placeholder(_("Receiving account: number"), _MONEY),
    "allocation_order": Placeholder(_("Order in which money counts"), _MONEY),
    "late_from": Placeholder(_("Day from which interest runs"), _MONEY),
    "late_rate": Placeholder(_("Rate of interest when paid late"), _MONEY),
    "service_term": Placeholder(_("Term, from and to"), _TERM),
    "effective_rule": Placeholder(_("When it takes effect, in words"), _TERM),
    "signing_order": Placeholder(_("Who signs first, in words"), _TERM),
}

# What a repeated paragraph names of the row that it is repeated for.
ITEMS: Final[Mapping[str, Mapping[str, Promise]]] = {
    "lines": {
        "line_no": _("Number of the line"),
        "line_name": _("Product"),
        "line_description": _("Description"),
        "line_quantity": _("Quantity"),
        "line_unit": _("Unit"),
        "line_price": _("Price"),
        "line_amount": _("Sum of the line"),
    },
    "plan": {
        "instalment_no": _("Number of the instalment"),
        "instalment_due_on": _("Day on which it is due"),
        "instalment_amount": _("Amount of the instalment"),
        "instalment_note": _("Note"),
    },
    # What a supplement changes; a new text stands below it, paragraph by paragraph.
    "changes": {
        "change_no": _("Number of the change"),
        "change_text": _("What changes, in words"),
    },
}
