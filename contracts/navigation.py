"""Contracts and their money in the main navigation."""

from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register

SETTINGS = _("Settings")

register(
    Entry(
        label=_("Contracts"),
        icon="file-text",
        url_name="contracts:contract-list",
        permission="contracts.view_contract",
        order=32,
        on_phone=True,
    )
)
register(
    Entry(
        label=_("Payments"),
        icon="banknote",
        url_name="contracts:payment-list",
        permission="contracts.view_payment",
        order=34,
    )
)
register(
    Entry(
        label=_("Receivables"),
        icon="receipt",
        url_name="contracts:receivable-list",
        permission="contracts.view_payment",
        order=36,
    )
)
register(
    Entry(
        label=_("Products"),
        icon="package",
        url_name="contracts:product-list",
        permission="contracts.view_product",
        group=SETTINGS,
        order=80,
    )
)
register(
    Entry(
        label=_("Contract templates"),
        icon="scroll-text",
        url_name="contracts:template-list",
        permission="contracts.view_contract",
        group=SETTINGS,
        order=82,
    )
)
register(
    Entry(
        label=_("Our companies"),
        icon="landmark",
        url_name="contracts:own-company-list",
        permission="contracts.manage_own_company",
        group=SETTINGS,
        order=84,
    )
)
register(
    Entry(
        label=_("Loan prime rates"),
        icon="coins",
        url_name="contracts:rate-list",
        permission="contracts.manage_own_company",
        group=SETTINGS,
        order=85,
    )
)
