"""Complaints: the list, the page with what was ruled and done, receiving one, and what is done beside its tasks."""

from decimal import Decimal

from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contracts.progress import cases_of
from contracts.views.choosing import CustomerChoice
from contracts.views.tabs import ListTab, TabbedList
from core import clock
from core.generic import Action, ActionView, DetailPage, FormPage, Tab
from core.generic.base import Crumb
from core.generic.keyset import or_never
from crm.models import Customer
from service.complaint_page_forms import ComplaintForm, WithdrawForm
from service.complaint_work_forms import HandlingForm
from service.filters import COMPLAINT_STAGES, ComplaintFilter
from service.models import Complaint
from service.services import (
    pause_for_customer,
    receive_complaint,
    record_action,
    resume_for_customer,
    withdraw_complaint,
)
from service.tables import COMPLAINT_COLOURS, SEVERITY_COLOURS, ComplaintTable

COMPLAINTS = Crumb(_("Complaints"), reverse_lazy("service:complaint-list"))
RECEIVE, HANDLE, WITHDRAW = (f"service.{one}_complaint" for one in ("receive", "handle", "withdraw"))
State = Complaint.State


class ComplaintList(TabbedList):
    title, permission = _("Complaints"), "service.view_complaint"
    table_class, filter_class = ComplaintTable, ComplaintFilter
    orders = {
        "no": ("pk",),
        "severity": ("severity", "pk"),
        "resolve_due_at": ("due_sort", "pk"),
        "received_at": ("received_at", "pk"),
    }
    order = "-no"
    search_placeholder = _("Complaint number or customer")
    empty_title = _("No complaints")
    empty_text = _("A complaint is registered from here or from the customer's page, and its process begins.")
    tab_field = "stage"

    def list_tabs(self):
        return [ListTab("", _("All")), *(ListTab(name, label) for name, label in COMPLAINT_STAGES.items())]

    def get_queryset(self):
        rows = Complaint.objects.visible_to(self.request.user).select_related("customer", "handler")
        rows = rows.annotate(due_sort=or_never("resolve_due_at"))
        return rows.defer("search_tokens", "customer__search_tokens")

    def actions(self):
        url = reverse("service:complaint-create")
        return [Action(_("Register a complaint"), url, "plus", RECEIVE, style="primary")]


class ComplaintDetail(DetailPage):
    permission = "service.view_complaint"
    header_template = "service/complaint_header.html"

    def get_queryset(self):
        return Complaint.objects.visible_to(self.request.user).select_related(
            "customer", "contact", "contract", "handler", "received_by"
        )

    def get_title(self):
        return self.object.no

    def crumbs(self):
        return [COMPLAINTS]

    def may(self, permission: str) -> bool:
        rows = Complaint.objects.reachable_by(self.request.user, permission)
        return rows.filter(pk=self.object.pk).exists()

    def actions(self):
        offered = []
        row = self.object
        if row.state == State.HANDLING and self.may(HANDLE):
            url = reverse("service:complaint-act", args=[row.pk])
            offered.append(Action(_("Record an action"), url, "plus", style="primary", in_dialog=True))
            name, label, icon = (
                ("complaint-resume", _("The customer has answered"), "play")
                if row.is_paused
                else ("complaint-pause", _("Wait for the customer"), "hourglass")
            )
            url = reverse(f"service:{name}", args=[row.pk])
            offered.append(Action(label, url, icon, in_dialog=True))
        if row.is_open and self.may(WITHDRAW):
            url = reverse("service:complaint-withdraw", args=[row.pk])
            offered.append(Action(_("Withdraw"), url, "ban", style="danger", in_dialog=True, in_menu=True))
        return offered

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            colour=COMPLAINT_COLOURS[self.object.state],
            severity_colour=SEVERITY_COLOURS[self.object.severity],
            now=clock.now(),
            **kwargs,
        )

    def tabs(self):
        return [Tab("overview", _("Overview"), "service/complaint_overview.html")]

    def tab_overview(self):
        return {"complaint": self.object, "cases": [one for one in cases_of([self.object]) if one.is_open]}


class ComplaintCustomerChoice(CustomerChoice):
    permission = RECEIVE
    title = _("Who complains?")
    target = "service:complaint-create"
    back = (_("Complaints"), "service:complaint-list")


class ComplaintCreate(FormPage):
    title, permission, form_class = _("Register a complaint"), RECEIVE, ComplaintForm
    submit_label = _("Register")

    def dispatch(self, request, *args, **kwargs):
        if (
            request.user.is_authenticated
            and request.user.may(self.permission)
            and not request.GET.get("customer")
        ):
            return ComplaintCustomerChoice.as_view()(request)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def customer(self) -> Customer:
        key = self.request.GET.get("customer", "")
        rows = Customer.objects.visible_to(self.request.user)
        return get_object_or_404(rows, pk=int(key) if key.isdecimal() and len(key) < 19 else 0)

    def form_options(self):
        return {"customer": self.customer, "person": self.request.user}

    def crumbs(self):
        return [COMPLAINTS, Crumb(self.customer.name, self.customer.get_absolute_url())]

    def save(self, form):
        return receive_complaint(customer_id=self.customer.pk, fields=form.changes(), actor=self.request.user)


class _Deed(ActionView):
    """A deed on one complaint: 404 to a stranger, 403 to a reader."""

    def get_queryset(self):
        return Complaint.objects.visible_to(self.request.user)

    def is_allowed(self):
        rows = Complaint.objects.reachable_by(self.request.user, self.permission)
        return rows.filter(pk=self.object.pk).exists()

    def crumbs(self):
        return [COMPLAINTS, Crumb(self.object.no, self.object.get_absolute_url())]


class ActionRecord(_Deed):
    permission, form_class = HANDLE, HandlingForm
    title, submit_label = _("Record an action"), _("Record")
    done_message = _("Recorded.")

    def run(self, form):
        data = form.cleaned_data
        record_action(
            complaint_id=self.object.pk,
            kind=data["kind"],
            description=data["description"],
            cost=data["cost"] or Decimal(0),
            actor=self.request.user,
        )


class Pause(_Deed):
    permission = HANDLE
    title, submit_label = _("Wait for the customer"), _("Wait")
    done_message = _("The deadline stands still until the customer answers.")

    def get_question(self):
        return gettext("The customer has to do something first. Until then the deadline stands still.")

    def run(self, form):
        pause_for_customer(complaint_id=self.object.pk, actor=self.request.user)


class Resume(_Deed):
    permission = HANDLE
    title, submit_label = _("The customer has answered"), _("Go on")
    done_message = _("The deadline counts again.")

    def get_question(self):
        return gettext("The deadline moves by the working time that was waited, and counts again.")

    def run(self, form):
        resume_for_customer(complaint_id=self.object.pk, actor=self.request.user)


class Withdraw(_Deed):
    permission, form_class = WITHDRAW, WithdrawForm
    title, submit_label, style = _("Withdraw the complaint"), _("Withdraw"), "danger"
    done_message = _("The complaint is withdrawn.")

    def get_question(self):
        return gettext("Its process ends, and its open tasks with it. This cannot be undone.")

    def run(self, form):
        withdraw_complaint(
            complaint_id=self.object.pk, reason=form.cleaned_data["reason"], actor=self.request.user
        )
