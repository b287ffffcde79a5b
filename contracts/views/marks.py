"""Marks at clauses: made by reviewers in a dialog, answered by the drafter, shown with the wording."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models import ClauseMark, Contract
from contracts.services import answer_mark, mark_clause, remove_mark
from contracts.services.marks import LONGEST, clauses_of_version, may_mark
from contracts.services.moves import UNDER_REVIEW, current_version
from core.generic import ActionView
from core.generic.base import Crumb
from core.models import User


@dataclass(frozen=True)
class ShownMark:
    """A mark with what this reader can do about it."""

    mark: ClauseMark
    may_answer: bool
    may_remove: bool


def shown_marks(contract: Contract, reader: User) -> list[ShownMark]:
    """All marks of a contract, those of the last submission first."""
    rows = ClauseMark.objects.filter(version__contract=contract).select_related(
        "version", "made_by", "answered_by"
    )
    marks = list(rows.order_by("-version__seq", "pk"))
    newest = max((one.version.seq for one in marks), default=0)
    is_newest = newest == contract.versions.count()
    answers = is_newest and contract.is_draft and contract.owner_id == reader.pk
    removes = is_newest and contract.state in UNDER_REVIEW
    return [
        ShownMark(
            one,
            may_answer=answers and one.version.seq == newest,
            may_remove=removes and one.version.seq == newest and one.made_by_id == reader.pk,
        )
        for one in marks
    ]


class MarkForm(forms.Form):
    code = forms.ChoiceField(label=_("Clause"), required=False)
    note = forms.CharField(
        label=_("What should change"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args, clauses=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [
            ("", _("The contract as a whole")),
            *((one["code"], one["title"]) for one in clauses),
        ]


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=pgettext_lazy("clause mark", "Answer"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ContractMark(ActionView):
    """A reviewer says what should change at a clause of the version before them."""

    permission = "contracts.view_contract"
    title = _("Mark a clause")
    question = _("The drafter reads it beside the clause if the contract is returned.")
    submit_label = _("Mark")
    done_message = _("Marked.")
    form_class = MarkForm

    def get_queryset(self):
        return Contract.objects.visible_to(self.request.user).select_related("customer")

    def crumbs(self):
        return [Crumb(str(self.object), self.object.get_absolute_url())]

    def is_allowed(self):
        return may_mark(self.object, self.request.user)

    def form_options(self):
        return {"clauses": clauses_of_version(current_version(self.object))}

    def initial(self):
        return {"code": self.request.GET.get("clause", "")}

    def run(self, form):
        mark_clause(contract_id=self.object.pk, actor=self.request.user, **form.cleaned_data)

    def done_url(self):
        return _text_tab(self.object)


class _OfMark(ActionView):
    permission = "contracts.view_contract"

    def get_queryset(self):
        visible = Contract.objects.visible_to(self.request.user)
        rows = ClauseMark.objects.filter(version__contract__in=visible)
        return rows.select_related("version__contract__customer")

    def crumbs(self):
        contract = self.object.version.contract
        return [Crumb(str(contract), contract.get_absolute_url())]

    def is_allowed(self):
        shown = shown_marks(self.object.version.contract, self.request.user)
        return any(self.allows(one) for one in shown if one.mark.pk == self.object.pk)

    def allows(self, shown: ShownMark) -> bool:
        raise NotImplementedError

    def done_url(self):
        return _text_tab(self.object.version.contract)


class MarkAnswer(_OfMark):
    title = _("Answer the mark")
    submit_label = pgettext_lazy("clause mark", "Answer")
    done_message = _("Answered.")
    form_class = AnswerForm

    def allows(self, shown):
        return shown.may_answer

    def get_question(self):
        return self.object.note

    def initial(self):
        return {"answer": self.object.answer}

    def run(self, form):
        answer_mark(mark_id=self.object.pk, actor=self.request.user, answer=form.cleaned_data["answer"])


class MarkRemove(_OfMark):
    title = _("Take the mark back")
    submit_label = pgettext_lazy("clause mark", "Take it back")
    done_message = _("Taken back.")

    def allows(self, shown):
        return shown.may_remove

    def get_question(self):
        return self.object.note

    def run(self, form):
        remove_mark(mark_id=self.object.pk, actor=self.request.user)


def _text_tab(contract: Contract) -> str:
    return f"{reverse('contracts:contract-detail', args=[contract.pk])}?tab=text"
