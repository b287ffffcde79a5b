"""Pages that are descriptions: a list, a detail, a form, a deed.

An app says what it shows; how that looks, pages, searches, exports and refuses is written here once.

    from core.generic import ActionView, DetailPage, FormPage, ListPage, Tab

    class CustomerList(ListPage):
        title = _("Customers")
        permission = "crm.view_customer"
        table_class = CustomerTable                      # django-tables2, see core.generic.tables
        filter_class = CustomerFilter                    # django-filter
        orders = {"name": ("name_sort", "pk"), "created_at": ("created_at", "pk")}
        order = "name"

        def get_queryset(self):
            return Customer.objects.visible_to(self.request.user).select_related("owner")

Each class says in its docstring which words it knows. A screen that needs more first asks whether a
word is missing here. Rights are asked again by the services: ``permission`` only opens or hides a page.
"""

from core.generic.actions import ActionView
from core.generic.base import Action, Page
from core.generic.details import DetailPage, Tab
from core.generic.forms import FormPage
from core.generic.lists import ListPage

__all__ = ["Action", "ActionView", "DetailPage", "FormPage", "ListPage", "Page", "Tab"]
