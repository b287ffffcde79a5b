"""Obligations: recorded, settled and dropped on the contract's page; all of them in a list."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from contracts.dates import dates_of
from contracts.filters import ObligationFilter
from contracts.models import Contract, Obligation
from contracts.obligation_forms import DropForm, ObligationForm, SettleForm, WaiveForm
from contracts.services import drop_obligation, record_obligation, settle_ahead
from contracts.services.obligations import BINDING, MANAGE, may_settle
from contracts.tables import ObligationTable
from contracts.uploads import file_evidence
from contracts.views.crumbs import CONTRACTS
from core.around.tabs import AroundTab, add_tab
from core.generic import ActionView, ListPage
from core.generic.base import Crumb


def dates_tab(request, contract):
    """What the tab of a contract's page shows."""
    may_record = (
        contract.state in BINDING
        and Contract.objects.reachable_by(request.user, MANAGE).filter(pk=contract.pk).exists()
    )
    rows = [
        {"date": one, "may_settle": one.obligation is not None and may_settle(one.obligation, request.user)}
        for one in dates_of(contract, request.user)
    ]
    return {"contract": contract, "rows": rows, "may_record": may_record, "may_drop": may_record}


add_tab(
    AroundTab(
        "dates",
        _("Dates and obligations"),
        "contracts/contract_dates.html",
        dates_tab,
        is_for=lambda model: model is Contract,
        is_shown=lambda request, contract: contract.state not in Contract.UNSUBMITTED,
        order=3,
    )
)


class ObligationList(ListPage):
    title = _("Obligations")
    permission = "contracts.view_contract"
    table_class = ObligationTable
    filter_class = ObligationFilter
    orders = {"due_on": ("due_on", "pk")}
    order = "due_on"
    search_placeholder = _("What, contract or customer")
    empty_title = _("Nothing to be done")
    empty_text = _("What contracts ask for by a day stands here. It is recorded on the contract's page.")

    def crumbs(self):
        return [CONTRACTS]

    def get_queryset(self):
        return Obligation.objects.visible_to(self.request.user).select_related(
            "contract__customer", "responsible"
        )


class ObligationCreate(ActionView):
    permission = MANAGE
    title = _("Record an obligation")
    question = _("What one side has to do by a day, besides paying.")
    submit_label = _("Record")
    done_message = _("The obligation is recorded.")
    form_class = ObligationForm

    def get_queryset(self):
        return Contract.objects.visible_to(self.request.user).select_related("customer", "owner")

    def is_allowed(self):
        rows = Contract.objects.reachable_by(self.request.user, MANAGE)
        return rows.filter(pk=self.object.pk).exists()

    def crumbs(self):
        return [CONTRACTS, Crumb(str(self.object), self.object.get_absolute_url())]

    def form_options(self):
        return {"contract": self.object}

    def run(self, form):
        fields = dict(form.cleaned_data)
        responsible_id = fields.pop("responsible_id")
        record_obligation(
            contract_id=self.object.pk, actor=self.request.user, fields=fields, responsible_id=responsible_id
        )

    def done_url(self):
        return f"{self.object.get_absolute_url()}?tab=dates"


class _OfObligation(ActionView):
    permission = "contracts.view_contract"

    def get_queryset(self):
        return Obligation.objects.visible_to(self.request.user).select_related("contract__customer")

    def is_allowed(self):
        return self.object.state != Obligation.State.OPEN or may_settle(self.object, self.request.user)

    def crumbs(self):
        contract = self.object.contract
        return [CONTRACTS, Crumb(str(contract), contract.get_absolute_url())]

    def get_question(self):
        return f"{self.object.what} · {self.object.due_on:%Y-%m-%d}"


class ObligationSettle(_OfObligation):
    title = pgettext_lazy("obligation", "It was done")
    submit_label = _("Record")
    done_message = _("Recorded as fulfilled.")
    form_class = SettleForm

    def run(self, form):
        upload = form.cleaned_data.pop("scan")
        # Evidence that is filed for what is settled already would prove nothing.
        with transaction.atomic():
            evidence = (
                file_evidence(upload, contract=self.object.contract, actor=self.request.user)
                if upload
                else None
            )
            settle_ahead(
                obligation_id=self.object.pk,
                actor=self.request.user,
                evidence=evidence,
                **form.cleaned_data,
            )


class ObligationWaive(_OfObligation):
    title = pgettext_lazy("obligation", "It need not be done")
    submit_label = pgettext_lazy("obligation", "Waive")
    done_message = _("Waived.")
    form_class = WaiveForm

    def run(self, form):
        settle_ahead(
            obligation_id=self.object.pk, actor=self.request.user, is_waived=True, **form.cleaned_data
        )


class ObligationDrop(_OfObligation):
    title = pgettext_lazy("obligation", "Drop it")
    submit_label = pgettext_lazy("obligation", "Drop")
    style = "danger"
    done_message = _("Dropped.")
    form_class = DropForm

    def is_allowed(self):
        rows = Contract.objects.reachable_by(self.request.user, MANAGE)
        return rows.filter(pk=self.object.contract_id).exists()

    def get_question(self):
        asked = gettext("It was recorded by mistake, or has become another one. Its task ends with it.")
        return f"{super().get_question()} {asked}"

    def run(self, form):
        drop_obligation(obligation_id=self.object.pk, actor=self.request.user, **form.cleaned_data)
