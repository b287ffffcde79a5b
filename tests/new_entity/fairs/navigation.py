"""Fairs in the main navigation."""

from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register

register(
    Entry(
        label=_("Fairs"),
        icon="megaphone",
        url_name="fairs:fair-list",
        permission="fairs.view_fair",
        order=60,
    )
)
