"""The customer's own paper: uploaded by the drafter, read by everybody, its deviations noted by legal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, CounterpartyPaper, PaperDeviation, Risk
from contracts.services import (
    drop_counterparty_paper,
    note_deviation,
    remove_deviation_note,
    take_counterparty_paper,
)
from contracts.services.appraisal import accepted_by
from contracts.services.counterparty import may_note, notes_of
from contracts.services.template_texts import clause_texts
from contracts.texts.differences import ClauseDifference, differences
from contracts.texts.foreign import articles_of_pages
from contracts.uploads import clean_paper
from contracts.views.crumbs import CONTRACTS
from core.generic import ActionView
from core.generic.base import Crumb
from core.models import User


def is_uploader(contract: Contract, reader: User) -> bool:
    """Drafters decide on whose paper their draft stands; a supplement is printed by us."""
    return (
        contract.is_draft
        and not contract.is_supplement
        and contract.owner_id == reader.pk
        and reader.may("contracts.draft_contract")
    )


def paper_panel(contract: Contract, reader: User) -> dict[str, Any] | None:
    """What the wording tab shows of it; None where the text is ours and this reader does not decide about that."""
    paper, may_upload = contract.counterparty_paper, is_uploader(contract, reader)
    if paper is None and not may_upload:
        return None
    on_record = not contract.is_draft and accepted_by(contract) is not None
    return {
        "paper": paper,
        "articles": articles_of_pages(paper.texts).articles if paper else (),
        "changed": _since_the_last(paper) if paper else [],
        "may_upload": may_upload,
        # On record they stand below, among the deviations.
        "notes": [] if paper is None or on_record else notes_of(contract),
        "may_note": may_note(contract, reader),
    }


def _since_the_last(paper: CounterpartyPaper) -> list[ClauseDifference]:
    """What differs from the upload before this one."""
    before = paper.contract.counterparty_papers.filter(seq=paper.seq - 1).first()
    if before is None or before.is_scan or paper.is_scan:
        return []
    old, new = ([one.data() for one in articles_of_pages(side.texts).articles] for side in (before, paper))
    return [one for one in differences(old, new) if one.kind != "same"]


class PaperForm(forms.Form):
    file = forms.FileField(label=_("Their contract as PDF"), help_text=_("Up to 10 MB and 200 pages."))

    def clean_file(self) -> Any:
        return clean_paper(self.cleaned_data["file"])


class NoteForm(forms.Form):
    code = forms.ChoiceField(label=_("Clause of our template"), required=False)
    title = forms.CharField(
        label=_("What it is about"),
        max_length=80,
        required=False,
        help_text=_("Only where it is about none of our clauses."),
    )
    text = forms.CharField(
        label=_("What their paper says"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    risk = forms.ChoiceField(label=_("Risk"), choices=Risk.choices, initial=Risk.MIDDLE)
    reason = forms.CharField(label=_("Assessment"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, clauses: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["code"]
        field.choices = [("", gettext("None of them")), *clauses]

    def clean(self) -> Any:
        """What the service would refuse next is said at once."""
        data = super().clean() or self.cleaned_data
        if not data.get("code") and not data.get("title"):
            self.add_error("title", gettext("Choose a clause, or say in a few words what it is about."))
        return data


class _OfContract(ActionView):
    def get_queryset(self):
        rows = Contract.objects.visible_to(self.request.user)
        return rows.select_related("customer", "owner", "template", "counterparty_paper")

    def crumbs(self):
        return [CONTRACTS, Crumb(str(self.object), self.object.get_absolute_url())]

    def done_url(self):
        return text_tab_of(self.object)


class PaperUpload(_OfContract):
    permission = "contracts.draft_contract"
    title = _("Use the customer's paper")
    question = _(
        "Their PDF becomes the text of this contract: it is signed as it is, and legal always reads it. Products, term"
        " and payment plan of the draft have to say the same."
    )
    submit_label = _("Upload")
    done_message = _("The contract is written on the customer's paper now.")
    form_class = PaperForm

    def is_allowed(self):
        return is_uploader(self.object, self.request.user)

    def run(self, form):
        content = form.cleaned_data["file"].read()
        take_counterparty_paper(contract_id=self.object.pk, content=content, actor=self.request.user)


class PaperDrop(_OfContract):
    permission = "contracts.draft_contract"
    title = _("Use our template again")
    question = _(
        "The contract is written on our template again. What was uploaded stays among its documents."
    )
    submit_label = _("Use our template")
    done_message = _("The contract is written on our template again.")

    def is_allowed(self):
        return self.object.counterparty_paper is not None and is_uploader(self.object, self.request.user)

    def run(self, form):
        drop_counterparty_paper(contract_id=self.object.pk, actor=self.request.user)


class NoteCreate(_OfContract):
    """Legal says where the paper yields from our template; said again about the same clause it replaces the first."""

    permission = "contracts.accept_deviations"
    title = _("Note a deviation")
    question = _("It goes on record, and into the register of deviations, when the paper is accepted.")
    submit_label = _("Note it")
    done_message = _("Noted.")
    form_class = NoteForm

    def is_allowed(self):
        return may_note(self.object, self.request.user)

    def form_options(self):
        return {"clauses": [(one.code, one.title) for one in clause_texts(self.object.template)]}

    def initial(self):
        key = self.request.GET.get("note", "")
        note = next((one for one in notes_of(self.object) if str(one.pk) == key), None)
        return {} if note is None else {name: getattr(note, name) for name in NoteForm.base_fields}

    def run(self, form):
        note_deviation(contract_id=self.object.pk, actor=self.request.user, **form.cleaned_data)


class NoteRemove(ActionView):
    permission = "contracts.accept_deviations"
    title = _("Take the note back")
    submit_label = _("Take the note back")
    done_message = _("Taken back.")

    def get_queryset(self):
        visible = Contract.objects.visible_to(self.request.user)
        rows = PaperDeviation.objects.filter(version__contract__in=visible)
        return rows.select_related("version__contract__customer")

    def crumbs(self):
        contract = self.object.version.contract
        return [CONTRACTS, Crumb(str(contract), contract.get_absolute_url())]

    def is_allowed(self):
        return may_note(self.object.version.contract, self.request.user)

    def get_question(self):
        return f"{self.object.title}: {self.object.reason}"

    def run(self, form):
        remove_deviation_note(note_id=self.object.pk, actor=self.request.user)

    def done_url(self):
        return text_tab_of(self.object.version.contract)


def text_tab_of(contract: Contract) -> str:
    return f"{reverse('contracts:contract-detail', args=[contract.pk])}?tab=text"
