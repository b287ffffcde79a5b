"""The English of the supplement, clause by clause and paragraph by paragraph. The Chinese text prevails."""

from __future__ import annotations

from typing import Final

TITLE: Final = "Supplementary Agreement"
PREAMBLE: Final = (
    "On {main_signed_on} Party A and Party B signed the “{main_title}” (Contract No. {main_number}, the “Main Contract”)."
    " Having agreed through consultation, both Parties conclude this Agreement on the amendment of and supplement to the"
    " Main Contract, and shall both abide by it."
)
VALUES: Final = {"late_from": "the day following the due date"}
CLAUSES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "changes": ("Amendments to the Main Contract", ("{change_text}",)),
    "products": (
        "Additional Services and Price",
        (
            "Party A additionally orders from Party B the following products and services, for a service term"
            " {service_term}:",
            "The price of the additional services is {amount_in_words} (in figures: {amount}), {tax_note}, and is"
            " independent of the price of the Main Contract. Party A shall pay it according to the following schedule to"
            " Party B's account (account name: {payee_name}; bank: {payee_bank}; account number: {payee_account}), stating"
            " the number of this Agreement, {number}:",
            "If Party A is late in paying the price of the additional services, it shall pay Party B liquidated damages of"
            " {late_rate} of the overdue amount for each day of delay, from {late_from} until the day of full payment.",
        ),
    ),
    "unchanged": (
        "Effect of the Main Contract",
        (
            "Except for what this Agreement expressly amends or supplements, all other terms of the Main Contract remain in"
            " force. Where this Agreement and the Main Contract are inconsistent, this Agreement prevails.",
            "This Agreement is part of the Main Contract and has the same legal effect. Notices, liability for breach and"
            " the settlement of disputes, on which this Agreement provides nothing, are governed by the Main Contract.",
        ),
    ),
    "general": (
        "Effect and Copies",
        (
            "This Agreement {effective_rule}.",
            "This Agreement {signing_order}.",
            "This Agreement is made in {copies} copies, {copies_each} for each Party, all having the same legal effect.",
        ),
    ),
}
