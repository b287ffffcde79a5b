"""What customers owe: open instalments by age, and the 催款单 that ask for them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from contracts import selectors
from contracts.charts import ageing_bars
from contracts.filters import InstalmentFilter, NoticeFilter
from contracts.models import DunningNotice, DunningRun
from contracts.money import ZERO, shown
from contracts.services import (
    PRINTED_AT_ONCE,
    preview_dunning,
    print_dunning,
    print_dunning_later,
    reprint_notice,
    run_pdf,
)
from contracts.tables import InstalmentTable, NoticeTable
from contracts.views.files import pdf_answer
from core import clock
from core.errors import ApplicationError
from core.generic import Action, DetailPage, ListPage, Page, Tab
from core.generic.base import Crumb

RECEIVABLES = Crumb(_("Receivables"), reverse_lazy("contracts:receivable-list"))
NOTICES = Crumb(_("Dunning notices"), reverse_lazy("contracts:notice-list"))


class ReceivableList(ListPage):
    title = _("Receivables")
    permission = "contracts.view_payment"
    template_name = "contracts/receivable_list.html"
    table_class = InstalmentTable
    filter_class = InstalmentFilter
    orders = {
        "due_on": ("due_on", "pk"),
        "outstanding": ("outstanding", "pk"),
        "days_overdue": ("-due_on", "pk"),
    }
    order = "due_on"
    search_placeholder = _("Customer or contract")
    empty_title = _("Nothing is owed")
    empty_text = _("Instalments stand here from the day a contract is signed until they are paid.")

    def get_queryset(self):
        return selectors.open_instalments(self.request.user, clock.today())

    def actions(self):
        return [
            Action(_("Printed notices"), reverse("contracts:notice-list"), "history"),
            Action(_("Dunning runs"), reverse("contracts:proposal-list"), "layers"),
            Action(
                _("Print notices"),
                reverse("contracts:dunning-select"),
                "printer",
                "contracts.print_dunning",
                "primary",
            ),
        ]

    def get_context_data(self, **kwargs):
        if self.request.htmx:
            return super().get_context_data(**kwargs)
        ages = selectors.ageing(self.request.user, clock.today())
        overdue = [one for one in ages if one.age != "current"]
        advances = list(selectors.advances(self.request.user))
        return super().get_context_data(
            bars=ageing_bars(ages),
            open_total=sum((one.total for one in ages), ZERO),
            overdue_total=sum((one.total for one in overdue), ZERO),
            overdue_count=sum(one.count for one in overdue),
            advances=advances,
            advance_total=sum((one.advance for one in advances), ZERO),
            as_of=clock.today(),
            **kwargs,
        )


# Printing -------------------------------------------------------------------------------------


class DunningPage(Page):
    permission = "contracts.print_dunning"

    def crumbs(self):
        return [RECEIVABLES]


class DunningSelect(DunningPage):
    """Who is overdue: tick whom to write to."""

    title = _("Print dunning notices")
    template_name = "contracts/dunning_select.html"

    def get_context_data(self, **kwargs):
        found = preview_dunning(actor=self.request.user)
        owners = sorted(
            {one.customer.owner for one in found if one.customer.owner}, key=lambda one: one.username
        )
        wanted, text = self.request.GET.get("owner", ""), self.request.GET.get("q", "").strip()
        shown_rows = [
            one
            for one in found
            if (not wanted or str(one.customer.owner_id) == wanted)
            and (not text or text in one.customer.name)
        ]
        return super().get_context_data(
            previews=shown_rows,
            owners=owners,
            wanted=wanted,
            search_text=text,
            as_of=clock.today(),
            total=sum((one.total for one in shown_rows), ZERO),
            **kwargs,
        )


def chosen_customers(values: list[str]) -> list[int]:
    """The keys that were ticked; anything else is left out."""
    return [int(value) for value in values if value.isdecimal() and len(value) < 19][:2000]


class DunningPreviewPage(DunningPage):
    """Each letter's lines and total before anything is printed, and who cannot get one."""

    title = _("Preview of the notices")
    template_name = "contracts/dunning_preview.html"

    def crumbs(self):
        return [RECEIVABLES, Crumb(_("Print dunning notices"), reverse("contracts:dunning-select"))]

    def get(self, request, *args, **kwargs):
        keys = chosen_customers(request.GET.getlist("customer"))
        if not keys:
            messages.warning(request, gettext("Tick at least one customer."))
            return redirect("contracts:dunning-select")
        return self.render_to_response(self.get_context_data(keys=keys))

    def post(self, request, *args, **kwargs):
        keys = chosen_customers(request.POST.getlist("customer"))
        try:
            if len(keys) > PRINTED_AT_ONCE:
                return redirect(print_dunning_later(customer_ids=keys, actor=request.user))
            run = print_dunning(customer_ids=keys, actor=request.user)
        except ApplicationError as refusal:
            context = self.get_context_data(keys=keys, refusal=str(refusal))
            return self.render_to_response(context, status=refusal.status)
        done = ngettext(
            "%(count)s notice is ready to print.", "%(count)s notices are ready to print.", run.notice_count
        )
        messages.success(request, done % {"count": run.notice_count})
        return redirect("contracts:run-detail", run.pk)

    def get_context_data(self, *, keys, refusal="", **kwargs):
        found = preview_dunning(actor=self.request.user, customer_ids=keys)
        ready = [one for one in found if not one.problem]
        return super().get_context_data(
            ready=ready,
            left_out=[one for one in found if one.problem],
            total=sum((one.total for one in ready), ZERO),
            as_of=clock.today(),
            refusal=refusal,
            **kwargs,
        )


# What was printed -----------------------------------------------------------------------------


class NoticeList(ListPage):
    title = _("Dunning notices")
    permission = "contracts.view_payment"
    table_class = NoticeTable
    filter_class = NoticeFilter
    orders = {"no": ("pk",), "as_of": ("as_of", "pk"), "total": ("total", "pk")}
    order = "-no"
    search_placeholder = _("Customer or number")
    empty_title = _("No notices printed yet")
    empty_text = _("Letters to customers whose instalments are overdue stand here once they are printed.")

    def crumbs(self):
        return [RECEIVABLES]

    def get_queryset(self):
        return DunningNotice.objects.visible_to(self.request.user).select_related("customer", "printed_by")


class NoticeDetail(DetailPage):
    permission = "contracts.view_payment"
    header_template = "contracts/notice_header.html"

    def get_queryset(self):
        return DunningNotice.objects.visible_to(self.request.user).select_related(
            "customer", "printed_by", "own_company", "run", "document", "dispatch__sent_by"
        )

    def get_title(self):
        return f"{self.object.no} · {shown(self.object.total)}"

    def crumbs(self):
        return [RECEIVABLES, NOTICES, Crumb(self.object.no)]

    def actions(self):
        pk, dispatch = self.object.pk, getattr(self.object, "dispatch", None)
        url = reverse("contracts:notice-pdf", args=[pk])
        offered = [
            Action(_("Print again"), url, "printer", "contracts.print_dunning", "primary", new_tab=True)
        ]
        if dispatch is None:
            sent = reverse("contracts:notice-sent", args=[pk])
            offered.append(
                Action(
                    _("Record how it was sent"), sent, "send", "contracts.dispatch_dunning", in_dialog=True
                )
            )
        elif dispatch.delivered_on is None:
            arrived = reverse("contracts:notice-delivered", args=[pk])
            offered.append(
                Action(
                    _("Record its arrival"), arrived, "check", "contracts.dispatch_dunning", in_dialog=True
                )
            )
        return offered

    def tabs(self):
        return [Tab("overview", _("Overview"), "contracts/notice_overview.html")]

    def get_context_data(self, **kwargs):
        return super().get_context_data(notice=self.object, **kwargs)

    def tab_overview(self):
        return {"notice": self.object, "dispatch": getattr(self.object, "dispatch", None)}


class RunDetail(DunningPage):
    """The letters of one run: one file for the printer, and each by itself."""

    template_name = "contracts/run_detail.html"

    def get(self, request, *args, **kwargs):
        notices = DunningNotice.objects.visible_to(request.user).filter(run=kwargs["pk"])
        rows = list(notices.select_related("customer", "document").order_by("pk"))
        if not rows:
            raise DunningRun.DoesNotExist(f"Run {kwargs['pk']} does not exist.")
        run = DunningRun.objects.select_related("created_by").get(pk=kwargs["pk"])
        return self.render_to_response(self.get_context_data(run=run, notices=rows))

    def get_title(self):
        return _("Notices to print")

    def crumbs(self):
        return [RECEIVABLES, NOTICES]


@login_required
@require_GET
def notice_pdf(request, pk):
    """The very bytes that were printed the first time."""
    name, content = reprint_notice(notice_id=pk, actor=request.user)
    return pdf_answer(name, content, download="download" in request.GET)


@login_required
@require_GET
def dunning_run_pdf(request, pk):
    """The file for the printer."""
    name, content = run_pdf(run_id=pk, actor=request.user)
    return pdf_answer(name, content, download="download" in request.GET)
