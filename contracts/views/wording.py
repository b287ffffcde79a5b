"""The words of one contract: where its drafter decides about clauses, and where everybody reads what deviates."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contracts.models import Contract, Risk
from contracts.services.appraisal import accepted_by
from contracts.services.marks import may_mark
from contracts.services.redline import clauses_between, clauses_deviating, pair_of, rows_between
from contracts.services.redline_paper import deviations_in
from contracts.services.template_texts import open_values
from contracts.views.counterparty import paper_panel
from contracts.views.marks import shown_marks
from contracts.views.template_editor import page_of, words
from core.generic.base import Crumb, Page
from core.models import User


class ContractWording(Page):
    """Clause by clause: taken or left out, chosen, changed for this customer. Saves by itself, like the template's page."""

    permission = "contracts.draft_contract"
    template_name = "contracts/contract_wording.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            rows = Contract.objects.visible_to(request.user).select_related("customer", "template")
            self.object = get_object_or_404(rows, pk=kwargs["pk"])
            if self.object.owner_id != request.user.pk:
                raise PermissionDenied("Only the owner edits a draft.")
            if not self.object.is_draft or self.object.counterparty_paper_id is not None:
                return redirect(f"{self.object.get_absolute_url()}?tab=text")
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return _("Clauses of the contract")

    def crumbs(self):
        contract = self.object
        return [
            Crumb(_("Contracts"), reverse("contracts:contract-list")),
            Crumb(contract.customer.name, contract.customer.get_absolute_url()),
            Crumb(contract.no or contract.title, reverse("contracts:contract-edit", args=[contract.pk])),
        ]

    def get_context_data(self, **kwargs):
        return super().get_context_data(contract=self.object, page=_page(self.object), **kwargs)


def _page(contract: Contract) -> dict[str, Any]:
    """What frontend/src/clauses/wording.js reads."""
    about = page_of(contract.template)
    names = ("code", "kind", "after", "title", "title_en", "paragraphs", "risk", "reason")
    return {
        "contract": {
            "revision": contract.revision,
            "is_bilingual": contract.is_bilingual,
            "variables": contract.variables,
            "changes": [
                {name: getattr(one, name) for name in names} for one in contract.clause_changes.all()
            ],
        },
        "clauses": about["template"]["clauses"],
        "texts": contract.template.texts,
        "open": [{"name": name, **one} for name, one in open_values(contract.template).items()],
        "urls": {"save": reverse("api:contract-detail", args=[contract.pk])},
        **{name: about[name] for name in ("choices", "placeholders", "rows", "facts")},
        "words": {**words(), **_words()},
    }


def _words() -> dict[str, str]:
    return {
        "taken": _("Stands in the contract"),
        "change": _("Change the words"),
        "restore": _("As in the template"),
        "deviates": pgettext("clause", "deviates"),
        "left_out": pgettext("clause", "left out"),
        "leave_out": _("Leave it out"),
        "added": pgettext("clause", "added"),
        "reason": _("Why it deviates"),
        "reason_missing": _("Say why before you submit."),
        "risk_of": _("Risk"),
        "own_clause": _("Add a clause of this contract's own"),
        "stands_after": _("Stands after"),
        "before_last": _("before the last clause"),
        "answers": _("What this contract answers"),
        "usual_answer": _("Usual: {answer}"),
        "deviations": _("{count} deviations"),
        "no_deviations": _("No deviations: legal need not look at it."),
    }


def text_tab(contract: Contract, asked: Any, reader: User) -> dict[str, Any]:
    """What deviates from the template, what reviewers marked, and what differs between two submissions."""
    versions = list(contract.versions.select_related("submitted_by"))
    newest = versions[0] if versions and not contract.is_draft else None
    found = deviations_in(contract, newest)
    risks = dict(Risk.choices)
    pair = pair_of(versions, asked)
    return {
        "contract": contract,
        "theirs": paper_panel(contract, reader),
        "marks": shown_marks(contract, reader),
        "may_mark": may_mark(contract, reader),
        "accepted": accepted_by(contract) if newest and found else None,
        "deviations": [(one, risks.get(one.risk, ""), clauses_deviating(one)) for one in found],
        "versions": versions,
        "pair": pair,
        "differences": clauses_between(*pair) if pair else [],
        "row_differences": rows_between(*pair) if pair else [],
    }
