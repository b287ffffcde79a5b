"""Money that came in: recorded by one person, confirmed by another, reversed with a reason."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contracts import selectors
from contracts.filters import PaymentFilter
from contracts.models import Contract, Payment
from contracts.money import ZERO, shown
from contracts.payment_forms import AllocationForm, PaymentForm, ReverseForm
from contracts.services import (
    allocate_payment,
    confirm_payment,
    propose_shares,
    record_payment,
    reverse_payment,
)
from contracts.tables import PAYMENT_COLOURS, PaymentTable
from contracts.views.choosing import CustomerChoice
from contracts.views.tabs import ListTab, TabbedList
from core import clock
from core.errors import ApplicationError
from core.generic import Action, ActionView, DetailPage, FormPage, Tab
from core.generic.base import Crumb
from core.generic.bulk import BulkAction
from core.generic.forms import show_refusal
from core.rights import require_on
from crm.models import Customer

PAYMENTS = Crumb(_("Payments"), reverse_lazy("contracts:payment-list"))


class PaymentList(TabbedList):
    title = _("Payments")
    permission = "contracts.view_payment"
    table_class = PaymentTable
    filter_class = PaymentFilter
    orders = {
        "no": ("pk",),
        "amount": ("amount", "pk"),
        "received_on": ("received_on", "pk"),
    }
    order = "-no"
    search_placeholder = _("Number, customer, payer or bank reference")
    empty_title = _("No payments yet")
    empty_text = _(
        "Money that came in stands here once it is recorded. It counts when a colleague has confirmed it."
    )
    tab_field = "state"

    def list_tabs(self):
        waiting = Payment.objects.visible_to(self.request.user).filter(state=Payment.State.DRAFT).count()
        return [
            ListTab("", _("All")),
            ListTab("draft", _("To be confirmed"), str(waiting or "")),
            ListTab("confirmed", _("Confirmed")),
            ListTab("reversed", _("Reversed")),
        ]

    def get_queryset(self):
        return selectors.payments(self.request.user).defer("search_tokens", "customer__search_tokens")

    def bulk_actions(self):
        return [
            BulkAction(
                "confirm",
                _("Confirm"),
                _confirm,
                icon="check",
                permission="contracts.confirm_payment",
                question=_("The money is on the account: from now on these payments count."),
            )
        ]

    def actions(self):
        url = reverse("contracts:payment-create")
        return [Action(_("Record a payment"), url, "plus", "contracts.record_payment", style="primary")]


def _confirm(actor, payment, values):
    confirm_payment(payment_id=payment.pk, actor=actor)


class PaymentDetail(DetailPage):
    permission = "contracts.view_payment"
    header_template = "contracts/payment_header.html"

    def get_queryset(self):
        return selectors.payments(self.request.user).select_related(
            "customer", "recorded_by", "confirmed_by", "reversal__reversed_by"
        )

    def get_title(self):
        return f"{self.object.no} · {shown(self.object.amount)}"

    def crumbs(self):
        return [PAYMENTS, Crumb(self.object.no)]

    @property
    def is_own_entry(self) -> bool:
        """Whoever recorded a payment waits for a colleague."""
        return self.object.recorded_by_id == self.request.user.pk

    def actions(self):
        pk, state = self.object.pk, self.object.state
        offered = []
        if state == Payment.State.DRAFT and not self.is_own_entry:
            url = reverse("contracts:payment-confirm", args=[pk])
            offered.append(
                Action(_("Confirm"), url, "check", "contracts.confirm_payment", "primary", in_dialog=True)
            )
        if state != Payment.State.REVERSED:
            url = reverse("contracts:payment-allocate", args=[pk])
            offered.append(Action(_("Allocate"), url, "coins", "contracts.record_payment"))
            url = reverse("contracts:payment-reverse", args=[pk])
            offered.append(
                Action(
                    _("Reverse"),
                    url,
                    "undo-2",
                    "contracts.reverse_payment",
                    "danger",
                    in_dialog=True,
                    in_menu=True,
                )
            )
        return offered

    def tabs(self):
        return [Tab("overview", _("Overview"), "contracts/payment_overview.html")]

    def tab_overview(self):
        allocations = list(
            self.object.allocations.select_related("plan_line__contract").order_by("plan_line__due_on", "pk")
        )
        spread = sum((one.amount for one in allocations), ZERO)
        return {
            "payment": self.object,
            "allocations": allocations,
            "spread": spread,
            "rest": self.object.amount - spread,
            "own_entry": self.is_own_entry,
            "may_confirm": self.request.user.may("contracts.confirm_payment"),
            "colour": PAYMENT_COLOURS[self.object.state],
            **self._effects({one.plan_line.contract for one in allocations}),
        }

    def _effects(self, contracts):
        """Which contracts wait for this money, and which of them are not signed yet: it is an advance there."""
        rows = sorted(contracts, key=lambda one: one.pk)
        counts = self.object.state != Payment.State.REVERSED
        waiting = [one for one in rows if self._waits_for_money(one)]
        return {
            "takes_effect": waiting if self.object.state == Payment.State.DRAFT else [],
            "advance_on": [one for one in rows if counts and one.state in selectors.UNSIGNED],
        }

    @staticmethod
    def _waits_for_money(contract):
        rule = Contract.EffectiveRule.ON_FIRST_PAYMENT
        return contract.state == Contract.State.SIGNED and contract.effective_rule == rule

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            payment=self.object, colour=PAYMENT_COLOURS[self.object.state], **kwargs
        )


class PaymentCustomerChoice(CustomerChoice):
    permission = "contracts.record_payment"
    title = _("Whose money came in?")
    target = "contracts:payment-create"
    back = (_("Payments"), "contracts:payment-list")


class Sharing:
    """What recording and allocating share: open instalments, and the proposal "oldest due first"."""

    template_name = "contracts/payment_form.html"

    @cached_property
    def instalments(self):
        return list(selectors.payable_instalments(self.customer.pk))

    def form_options(self):
        return {"instalments": self.instalments}

    def proposed(self, form, amount):
        """The same form with the amounts proposed; nothing is saved."""
        shares = propose_shares(customer_id=self.customer.pk, amount=amount, actor=self.request.user)
        form.propose(shares)
        return form

    def refused(self, form, refusal: ApplicationError):
        rest = form.add_refused_shares(refusal.errors)
        if rest or not refusal.errors:
            show_refusal(form, ApplicationError(refusal.message, code=refusal.code, errors=rest))
        return self.show(form, status=refusal.status)

    def get_context_data(self, **kwargs):
        return super().get_context_data(customer=self.customer, **kwargs)


class PaymentCreate(Sharing, FormPage):
    title = _("Record a payment")
    permission = "contracts.record_payment"
    form_class = PaymentForm
    submit_label = _("Record")

    def dispatch(self, request, *args, **kwargs):
        if (
            request.user.is_authenticated
            and request.user.may(self.permission)
            and not request.GET.get("customer")
        ):
            return PaymentCustomerChoice.as_view()(request)
        if request.user.is_authenticated and request.user.may(self.permission):
            require_on(request.user, self.permission, Customer.objects.all(), self.customer.pk)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def customer(self) -> Customer:
        key = self.request.GET.get("customer", "")
        rows = Customer.objects.visible_to(self.request.user)
        return get_object_or_404(rows, pk=int(key) if key.isdecimal() and len(key) < 19 else 0)

    def crumbs(self):
        return [PAYMENTS, Crumb(self.customer.name, self.customer.get_absolute_url())]

    def cancel_url(self):
        return str(PAYMENTS.url)

    def initial(self):
        return {"received_on": clock.today(), "payer": self.customer.name, "method": Payment.Method.TRANSFER}

    def post(self, request, *args, **kwargs):
        form = self.get_form(request.POST)
        wish = request.POST.get("propose", "")
        if wish == "oldest" or (wish == "if-empty" and not form.has_shares()):
            return self.show_unchecked(self.proposed(form, form.typed_amount()))
        if wish:
            return self.show_unchecked(form)
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            with self.sending():
                payment = record_payment(
                    customer_id=self.customer.pk,
                    fields=form.changes(),
                    shares=form.shares(),
                    actor=request.user,
                )
        except ApplicationError as refusal:
            return self.refused(form, refusal)
        messages.success(
            request, gettext("The payment is recorded. It counts once a colleague has confirmed it.")
        )
        return redirect("contracts:payment-detail", payment.pk)

    def show_unchecked(self, form):
        """What was typed, with the proposal, and without complaints about what is still missing."""
        fresh = self.get_form()
        fresh.initial = {name: form.data.get(name, "") for name in form.fields}
        return self.show(fresh)


class PaymentRow:
    """A page about a deed on one payment: 404 to strangers."""

    def get_queryset(self):
        return Payment.objects.visible_to(self.request.user).select_related("customer", "recorded_by")

    def crumbs(self):
        return [PAYMENTS, Crumb(self.object.no, self.done_url())]

    def done_url(self):
        return reverse("contracts:payment-detail", args=[self.object.pk])


class PaymentAllocate(PaymentRow, Sharing, FormPage):
    title = _("Allocate the payment")
    permission = "contracts.record_payment"
    form_class = AllocationForm

    @property
    def customer(self) -> Customer:
        return self.object.customer

    @cached_property
    def instalments(self):
        """Before confirmation the payment is spread anew, so its own parts count as open."""
        own = self.object if self.object.state == Payment.State.DRAFT else None
        return list(selectors.payable_instalments(self.customer.pk, without=own))

    def initial(self):
        if self.object.state != Payment.State.DRAFT:
            return {}
        parts = self.object.allocations.values_list("plan_line", "amount")
        return {f"share-{key}": amount for key, amount in parts}

    def get_context_data(self, **kwargs):
        spread = sum(self.object.allocations.values_list("amount", flat=True), ZERO)
        free = self.object.amount if self.object.state == Payment.State.DRAFT else self.object.amount - spread
        return super().get_context_data(payment=self.object, amount=free, **kwargs)

    def cancel_url(self):
        return self.done_url()

    def post(self, request, *args, **kwargs):
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            with self.sending():
                allocate_payment(payment_id=self.object.pk, shares=form.shares(), actor=request.user)
        except ApplicationError as refusal:
            return self.refused(form, refusal)
        messages.success(request, gettext("The payment is allocated."))
        return redirect(self.done_url())


class PaymentConfirm(PaymentRow, ActionView):
    title = _("Confirm the payment")
    permission = "contracts.confirm_payment"
    submit_label = _("Confirm")
    done_message = _("The payment is confirmed.")

    def get_question(self):
        return gettext(
            "%(amount)s from %(customer)s is on our account since %(day)s. From now on it counts as paid."
        ) % {
            "amount": shown(self.object.amount),
            "customer": self.object.customer.name,
            "day": f"{self.object.received_on:%Y-%m-%d}",
        }

    def run(self, form):
        confirm_payment(payment_id=self.object.pk, actor=self.request.user)


class PaymentReverse(PaymentRow, ActionView):
    title = _("Reverse the payment")
    permission = "contracts.reverse_payment"
    form_class = ReverseForm
    style = "danger"
    submit_label = _("Reverse")
    done_message = _("The payment is reversed.")

    def get_question(self):
        return gettext(
            "What it paid is open again. This cannot be undone; a mistaken reversal is mended by recording anew."
        )

    def run(self, form):
        reverse_payment(
            payment_id=self.object.pk, reason=form.cleaned_data["reason"], actor=self.request.user
        )
