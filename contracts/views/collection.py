"""A customer's promises and disputes, and how letters were sent."""

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from contracts.collection_page_forms import DeliveredForm, DisputeForm, PromiseForm, ReleaseForm, SentForm
from contracts.models import Contract, DisputeHold, DunningNotice, PaymentPlanLine
from contracts.services import (
    account_of,
    mark_delivered,
    mark_sent,
    open_dispute,
    record_promise,
    release_dispute,
)
from contracts.uploads import file_receipt
from contracts.views.receivables import NOTICES, RECEIVABLES
from core import clock
from core.files.downloads import attachment
from core.generic import ActionView
from core.generic.base import Crumb
from crm.models import Customer


class OfCustomer(ActionView):
    """A deed about a customer's account: back to its tab."""

    @property
    def customer(self) -> Customer:
        return self.object

    def done_url(self):
        return f"{self.customer.get_absolute_url()}?tab=collection"

    def crumbs(self):
        return [RECEIVABLES, Crumb(self.customer.name, self.done_url())]


class PromiseCreate(OfCustomer):
    title = _("Record a promise to pay")
    permission = "contracts.record_promise"
    question = _("Until the promised day nobody presses the customer. A promise that is open is replaced.")
    form_class = PromiseForm
    submit_label = _("Record")
    done_message = _("The promise is recorded.")

    def get_queryset(self):
        return Customer.objects.visible_to(self.request.user)

    def is_allowed(self):
        rows = Customer.objects.reachable_by(self.request.user, self.permission)
        return rows.filter(pk=self.object.pk).exists()

    def initial(self):
        account = account_of(customer_id=self.object.pk, actor=self.request.user)
        return {"amount": account.overdue or account.principal or None}

    def run(self, form):
        record_promise(customer_id=self.object.pk, actor=self.request.user, **form.cleaned_data)


class DisputeOpen(OfCustomer):
    title = _("Record a dispute")
    permission = "contracts.record_promise"
    question = _("The instalment is not asked for until the manager has decided.")
    form_class = DisputeForm
    submit_label = _("Record")
    done_message = _("The dispute is recorded.")

    def get_queryset(self):
        seen = Contract.objects.visible_to(self.request.user)
        return PaymentPlanLine.objects.filter(contract__in=seen).select_related("contract__customer")

    def is_allowed(self):
        rows = Customer.objects.reachable_by(self.request.user, self.permission)
        return rows.filter(pk=self.customer.pk).exists()

    @property
    def customer(self):
        return self.object.contract.customer

    def run(self, form):
        open_dispute(plan_line_id=self.object.pk, actor=self.request.user, **form.cleaned_data)


class DisputeRelease(OfCustomer):
    title = _("Settle the dispute")
    permission = "contracts.hold_dispute"
    question = _("The instalment is asked for again.")
    form_class = ReleaseForm
    submit_label = _("Settle")
    done_message = _("The dispute is settled.")

    def get_queryset(self):
        seen = Customer.objects.visible_to(self.request.user)
        rows = DisputeHold.objects.filter(plan_line__contract__customer__in=seen)
        return rows.select_related("plan_line__contract__customer")

    def is_allowed(self):
        rows = Customer.objects.reachable_by(self.request.user, self.permission)
        return rows.filter(pk=self.customer.pk).exists()

    @property
    def customer(self):
        return self.object.plan_line.contract.customer

    def run(self, form):
        release_dispute(hold_id=self.object.pk, actor=self.request.user, **form.cleaned_data)


class OfNotice(ActionView):
    permission = "contracts.dispatch_dunning"
    submit_label = _("Record")

    def get_queryset(self):
        return DunningNotice.objects.visible_to(self.request.user).select_related("customer")

    def done_url(self):
        return reverse("contracts:notice-detail", args=[self.object.pk])

    def crumbs(self):
        return [RECEIVABLES, NOTICES, Crumb(self.object.no, self.done_url())]


class NoticeSent(OfNotice):
    title = _("Record how it was sent")
    form_class = SentForm
    done_message = _("The dispatch is recorded.")

    def initial(self):
        return {"sent_on": clock.today()}

    def run(self, form):
        mark_sent(notice_id=self.object.pk, actor=self.request.user, **form.cleaned_data)


class NoticeDelivered(OfNotice):
    title = _("Record its arrival")
    form_class = DeliveredForm
    done_message = _("The arrival is recorded.")

    def initial(self):
        return {"delivered_on": clock.today()}

    def run(self, form):
        upload = form.cleaned_data.pop("receipt")
        actor = self.request.user
        # A receipt that is filed for an arrival that is refused would prove nothing.
        with transaction.atomic():
            receipt = file_receipt(upload, notice=self.object, actor=actor) if upload else None
            mark_delivered(notice_id=self.object.pk, actor=actor, receipt=receipt, **form.cleaned_data)


@login_required
@require_GET
def notice_receipt(request, pk):
    """What proves that a letter arrived, never opened as a page of this site."""
    visible = DunningNotice.objects.visible_to(request.user).select_related("dispatch__receipt__content")
    notice = get_object_or_404(visible, pk=pk, dispatch__receipt__isnull=False)
    receipt = notice.dispatch.receipt
    return attachment(receipt.read(), name=receipt.name, media_type=receipt.media_type)
