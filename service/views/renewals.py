"""Renewals: the list by stage, and the page with what the membership brought and what became of it."""

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract
from contracts.progress import cases_of
from contracts.views.tabs import ListTab, TabbedList
from core import clock
from core.generic import Action, DetailPage, Tab
from core.generic.base import Crumb
from service.filters import RENEWAL_STAGES, RenewalFilter
from service.models import RenewalCase
from service.services.effects import NAMES
from service.services.renewals import renewals_of
from service.standing import address_of_customer
from service.tables import RENEWAL_COLOURS, RenewalTable

RENEWALS = Crumb(_("Renewals"), reverse_lazy("service:renewal-list"))


class RenewalList(TabbedList):
    title, permission = _("Renewals"), "service.view_renewal"
    table_class, filter_class = RenewalTable, RenewalFilter
    orders = {
        "due_on": ("due_on", "pk"),
        "contract": ("pk",),
        "amount": ("contract__amount", "pk"),
        "contacted_count": ("contacted_count", "pk"),
    }
    order = "due_on"
    search_placeholder = _("Contract number, title or customer")
    empty_title = _("No renewals yet")
    empty_text = _("A renewal begins by itself 60 days before the term of a membership ends.")
    tab_field = "stage"

    def list_tabs(self):
        return [ListTab("", _("All")), *(ListTab(name, label) for name, label in RENEWAL_STAGES.items())]

    def get_queryset(self):
        return RenewalCase.objects.visible_to(self.request.user).select_related(
            "contract__owner", "contract__customer", "customer"
        )

    def actions(self):
        return [Action(_("Renewal rate"), reverse("report", args=["renewal-rate"]), "trending-up")]


class RenewalDetail(DetailPage):
    permission = "service.view_renewal"
    header_template = "service/renewal_header.html"

    def get_queryset(self):
        return RenewalCase.objects.visible_to(self.request.user).select_related(
            "contract__customer", "contract__owner", "customer", "new_contract"
        )

    def get_title(self):
        return self.object.contract.no

    def crumbs(self):
        return [RENEWALS]

    def actions(self):
        visible = Contract.objects.visible_to(self.request.user)
        if not visible.filter(pk=self.object.contract_id).exists():
            return []
        return [Action(_("Open the contract"), self.object.contract.get_absolute_url(), "file-text")]

    def get_context_data(self, **kwargs):
        days = (self.object.due_on - clock.today()).days
        return super().get_context_data(
            colour=RENEWAL_COLOURS[self.object.state],
            days=days,
            customer_url=address_of_customer(self.request.user, self.object.customer),
            **kwargs,
        )

    def tabs(self):
        return [Tab("overview", _("Overview"), "service/renewal_overview.html")]

    def tab_overview(self):
        figures = self.object.figures
        visible = Contract.objects.visible_to(self.request.user)
        return {
            "renewal": self.object,
            "figures": [(label, figures.get(name, 0)) for name, label in NAMES.items()],
            "is_silent": not any(figures.values()),
            "drafts": renewals_of(self.object.contract).filter(pk__in=visible),
            "cases": [case for case in cases_of([self.object.contract]) if case.is_open],
        }
