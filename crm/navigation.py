"""The customers in the main navigation."""

from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register

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
        label=_("Members"),
        icon="globe",
        url_name="crm:member-list",
        permission="crm.view_member",
        order=31,
    )
)
