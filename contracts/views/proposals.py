"""Runs of letters: who would get what and why not, agreed by a second person, then printed."""

from django.shortcuts import resolve_url
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contracts.collection_page_forms import RunForm, RunReasonForm
from contracts.filters import ProposalFilter
from contracts.models import DunningProposal, ProposalLine
from contracts.money import ZERO
from contracts.services import (
    PRINTED_AT_ONCE,
    approve_run,
    exclude,
    include,
    print_run,
    print_run_later,
    propose_run,
    reject_run,
    submit_run,
)
from contracts.tables import ProposalTable
from contracts.views.receivables import RECEIVABLES
from core import clock
from core.generic import Action, ActionView, DetailPage, FormPage, ListPage, Tab
from core.generic.base import Crumb

RUNS = Crumb(_("Dunning runs"), reverse_lazy("contracts:proposal-list"))
PRINT, APPROVE = "contracts.print_dunning", "contracts.approve_dunning"
State = DunningProposal.State


class ProposalList(ListPage):
    title = _("Dunning runs")
    permission = "contracts.view_payment"
    table_class, filter_class = ProposalTable, ProposalFilter
    orders = {"id": ("pk",), "as_of": ("as_of", "pk")}
    order = "-id"
    empty_title = _("No runs yet")
    empty_text = _(
        "A run proposes a letter to each customer who is overdue, and says who is left out and why."
    )

    def crumbs(self):
        return [RECEIVABLES]

    def get_queryset(self):
        rows = DunningProposal.objects.visible_to(self.request.user)
        return rows.select_related("made_by", "approved_by")

    def actions(self):
        url = reverse("contracts:proposal-create")
        return [Action(_("Propose a run"), url, "plus", PRINT, "primary")]


class ProposalCreate(FormPage):
    title = _("Propose a run of letters")
    permission = PRINT
    form_class = RunForm
    submit_label = _("Propose")
    done_message = _(
        "Look through the letters, leave out whom you do not want to write to, then submit the run."
    )

    def crumbs(self):
        return [RECEIVABLES, RUNS]

    def initial(self):
        return {"as_of": clock.today()}

    def cancel_url(self):
        return str(RUNS.url)

    def save(self, form):
        proposal = propose_run(as_of=form.cleaned_data["as_of"], actor=self.request.user)
        return proposal.get_absolute_url()


class ProposalDetail(DetailPage):
    permission = "contracts.view_payment"
    header_template = "contracts/proposal_header.html"

    def get_queryset(self):
        rows = DunningProposal.objects.visible_to(self.request.user)
        return rows.select_related("made_by", "approved_by", "run")

    def get_title(self):
        return gettext("Dunning run %(run)s") % {"run": self.object}

    def crumbs(self):
        return [RECEIVABLES, RUNS, Crumb(str(self.object))]

    def actions(self):
        state, offered = self.object.state, []
        own = self.object.made_by_id == self.request.user.pk
        if state == State.DRAFT:
            offered.append(self._step("submit", _("Submit"), "send", PRINT, "primary"))
        if state == State.SUBMITTED and not own:
            offered.append(self._step("approve", _("Approve"), "check", APPROVE, "primary"))
        if state == State.APPROVED:
            offered.append(self._step("print", _("Print"), "printer", PRINT, "primary"))
        if state in (State.DRAFT, State.SUBMITTED, State.APPROVED):
            permission = APPROVE if self.request.user.may(APPROVE) else PRINT
            offered.append(self._step("reject", _("Discard the run"), "trash-2", permission, "danger"))
        return offered

    def _step(self, name, label, icon, permission, style):
        url = reverse(f"contracts:proposal-{name}", args=[self.object.pk])
        return Action(label, url, icon, permission, style, in_dialog=True)

    def tabs(self):
        return [Tab("overview", _("Letters"), "contracts/proposal_overview.html")]

    def get_context_data(self, **kwargs):
        return super().get_context_data(proposal=self.object, **kwargs)

    def tab_overview(self):
        rows = list(self.object.lines.select_related("customer", "own_company", "notice"))
        person, state = self.request.user, self.object.state
        going = [one for one in rows if not one.is_excluded]
        may_change = person.may(PRINT) or (person.may(APPROVE) and state == State.SUBMITTED)
        return {
            "proposal": self.object,
            "going": going,
            "left_out": [one for one in rows if one.is_excluded],
            "total": sum((one.total for one in going), ZERO),
            "may_change": may_change and state in (State.DRAFT, State.SUBMITTED),
        }


class OfProposal(ActionView):
    """A step of a run: 404 to strangers, 403 to who sees it and may not."""

    permission = PRINT

    def get_queryset(self):
        return DunningProposal.objects.visible_to(self.request.user)

    def is_allowed(self):
        rows = DunningProposal.objects.reachable_by(self.request.user, self.permission)
        return rows.filter(pk=self.object.pk).exists()

    def crumbs(self):
        return [RECEIVABLES, RUNS, Crumb(str(self.object), self.object.get_absolute_url())]


class ProposalSubmit(OfProposal):
    title = submit_label = _("Submit")
    question = _("A second person looks at the letters and approves the run; then it can be printed.")
    done_message = _("The run waits for approval.")

    def run(self, form):
        submit_run(proposal_id=self.object.pk, actor=self.request.user)


class ProposalApprove(OfProposal):
    permission = APPROVE
    title = submit_label = _("Approve")
    question = _(
        "The letters can be printed as they are listed. What is paid until then falls out by itself."
    )
    done_message = _("The run is approved.")

    def run(self, form):
        approve_run(proposal_id=self.object.pk, actor=self.request.user)


class ProposalReject(OfProposal):
    title = submit_label = _("Discard the run")
    style = "danger"
    form_class = RunReasonForm
    question = _("Nothing of it is printed.")
    done_message = _("The run is discarded.")

    @property
    def permission(self):
        return APPROVE if self.request.user.may(APPROVE) else PRINT

    def run(self, form):
        reject_run(proposal_id=self.object.pk, actor=self.request.user, **form.cleaned_data)


class ProposalPrint(OfProposal):
    title = submit_label = _("Print")
    question = _(
        "The balances are read again, the letters get their numbers and are filed for good. What was paid, "
        "promised or disputed since falls out."
    )
    done_message = ""

    def run(self, form):
        count = self.object.lines.filter(is_excluded=False).count()
        if count > PRINTED_AT_ONCE:
            job = print_run_later(proposal_id=self.object.pk, actor=self.request.user)
            return resolve_url(job)
        run = print_run(proposal_id=self.object.pk, actor=self.request.user)
        return reverse("contracts:run-detail", args=[run.pk])


class OfLine(OfProposal):
    """One letter of a run."""

    def get_queryset(self):
        seen = DunningProposal.objects.visible_to(self.request.user)
        return ProposalLine.objects.filter(proposal__in=seen).select_related("proposal", "customer")

    @property
    def permission(self):
        return PRINT if self.request.user.may(PRINT) else APPROVE

    def is_allowed(self):
        rows = DunningProposal.objects.reachable_by(self.request.user, self.permission)
        return rows.filter(pk=self.object.proposal_id).exists()

    def done_url(self):
        return self.object.proposal.get_absolute_url()

    def crumbs(self):
        return [RECEIVABLES, RUNS, Crumb(str(self.object.proposal), self.done_url())]


class LineExclude(OfLine):
    title = submit_label = _("Leave out")
    form_class = RunReasonForm
    done_message = _("The letter is left out.")

    def get_question(self):
        return self.object.customer.name

    def run(self, form):
        line = self.object
        exclude(proposal_id=line.proposal_id, line_id=line.pk, actor=self.request.user, **form.cleaned_data)


class LineInclude(OfLine):
    title = submit_label = _("Write to them after all")
    done_message = _("The letter is in the run again.")

    def get_question(self):
        return f"{self.object.customer.name}: {self.object.reason}"

    def run(self, form):
        line = self.object
        include(proposal_id=line.proposal_id, line_id=line.pk, actor=self.request.user)
