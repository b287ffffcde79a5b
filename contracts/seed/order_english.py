"""The English of the order form; its annex is the membership contract's. The Chinese text prevails."""

from __future__ import annotations

from typing import Final

from contracts.seed import membership_english as membership

TITLE: Final = "Membership Service Order"
CLAUSES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    **membership.CLAUSES,
    "order": (
        "Products, Services and Price",
        (
            "Party A orders from Party B the following products and services, {tax_note}:",
            "Payment schedule. Please remit to {payee_bank}, account name {payee_name}, account number {payee_account} (the"
            " only account for receipts; please do not pay to personal accounts), stating the contract number {number}:",
        ),
    ),
    "effect": (
        "Term, Effect and Annex",
        (
            "The service term runs {service_term}. This Order {effective_rule}.",
            "This Order {signing_order}.",
            "Annex 1 “General Terms” is part of this Order. Party A confirms that it has read and understood it, in"
            " particular the provisions in bold type. Faxes and scans of the signed and sealed Order have the same effect"
            " as the original. This Order is made in {copies} copies, {copies_each} for each Party.",
        ),
    ),
    "payment_terms": (
        "Payment of the Price",
        (
            "The day on which an amount arrives in Party B's account is the day of payment. Party B has not authorised any"
            " organisation or individual to collect money on its behalf; if Party A pays to another account or to an"
            " individual, it is not deemed to have performed its payment obligation.",
            "If an amount paid by Party A does not suffice to discharge all debts that are due, it is applied in this"
            " order: {allocation_order}.",
        ),
    ),
}
