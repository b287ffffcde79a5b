"""Deeds on customers that their timelines tell."""

from django.utils.translation import gettext_lazy as _

from core.around.own import tell_deed

tell_deed("crm.assign_customer", "arrow-right", _("handed over"))
