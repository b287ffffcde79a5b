"""What happens after the sale, in the main navigation."""

from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register

register(
    Entry(
        label=_("Onboardings"),
        icon="rocket",
        url_name="service:onboarding-list",
        permission="service.view_onboarding",
        order=40,
    )
)
register(
    Entry(
        label=_("Renewals"),
        icon="refresh-cw",
        url_name="service:renewal-list",
        permission="service.view_renewal",
        order=41,
    )
)
register(
    Entry(
        label=_("Complaints"),
        icon="megaphone",
        url_name="service:complaint-list",
        permission="service.view_complaint",
        order=42,
    )
)
register(
    Entry(
        label=_("Items of onboarding"),
        icon="list-checks",
        url_name="service:item-template-list",
        permission="service.manage_onboarding",
        group=_("Settings"),
        order=86,
    )
)
