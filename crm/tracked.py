"""How the history of customers is read."""

from django.utils.translation import gettext_lazy as _

from core.history import Tracked, register

register(Tracked("crm.customer"))
register(Tracked("crm.activity", part=_("Activity"), name=("subject",)))
register(Tracked("crm.customerstatus", name=("name_zh",)))
register(Tracked("crm.activitytype", name=("name_zh",)))
register(Tracked("crm.contact", part=_("Contact")))
register(Tracked("crm.customeraddress", part=_("Address"), name=("address",)))
