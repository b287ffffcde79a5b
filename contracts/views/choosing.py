"""The first step of what is made for a customer: choose whom."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.tables import ChoiceTable
from core.generic import Action, ListPage
from core.generic.base import Crumb
from crm.models import Customer


class CustomerChoice(ListPage):
    """Customers this person may see; each leads to the form. Say ``target`` and ``back``."""

    title = _("Choose the customer")
    table_class = ChoiceTable
    orders = {"name": ("name_sort", "pk")}
    order = "name"
    exportable = False
    search_placeholder = _("Name, number, tax no., phone")
    empty_title = _("No customers yet")
    empty_text = _("What you begin is for a customer, who is entered first.")
    target = ""
    back: tuple = ()

    def crumbs(self):
        label, name = self.back
        return [Crumb(label, reverse(name))]

    def actions(self):
        url = reverse("crm:customer-create")
        return [Action(_("New customer"), url, "plus", "crm.edit_customer", style="primary")]

    def get_queryset(self):
        return Customer.objects.visible_to(self.request.user).select_related("owner")

    def table_options(self):
        return {"target": reverse(self.target)}
