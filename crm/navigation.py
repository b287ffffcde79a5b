"""The customers in the main navigation."""

from django.utils.translation import gettext_lazy as _

from core.navigation import ADMINISTRATION, Entry, register

register(
    Entry(
        label=_("Contact today"),
        icon="phone",
        url_name="crm:contact-today",
        permission="crm.edit_customer",
        order=29,
    )
)
register(
    Entry(
        label=_("Customers"),
        icon="users",
        url_name="crm:customer-list",
        permission="crm.view_customer",
        order=30,
        on_phone=True,
    )
)
register(
    Entry(
        label=_("Public pool"),
        icon="user-plus",
        url_name="crm:customer-pool",
        permission="crm.claim_customer",
        order=30,
    )
)
register(
    Entry(
        label=_("Members"),
        icon="globe",
        url_name="crm:member-list",
        permission="crm.view_member",
        order=31,
    )
)
register(
    Entry(
        _("Customer statuses"),
        "trending-up",
        "crm:status-list",
        "crm.manage_statuses",
        group=ADMINISTRATION,
        order=70,
        text=_("Which statuses there are, where each leads, what proves it and who approves it."),
    )
)
register(
    Entry(
        _("Activity types"),
        "activity",
        "crm:activity-type-list",
        "crm.manage_statuses",
        group=ADMINISTRATION,
        order=71,
        text=_("What is recorded of calls, visits and chats with customers."),
    )
)
