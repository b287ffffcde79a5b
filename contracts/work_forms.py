"""The forms of the contract's steps: what a person fills in, and the deed behind it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts import collection_forms, obligation_forms, services, termination_forms
from contracts.models import Seal
from contracts.services.signing import Party, parties_that_signed
from contracts.signing_forms import missing_signatures_form
from contracts.uploads import file_scan
from workflows.registry import FormContext, work_form


@work_form("contracts.draft_contract", label=("草拟合同", "Draft the contract"))
class DraftContract:
    """Nothing to fill in: the contract is edited on its own page. Shows what it still lacks."""

    template = "contracts/work_forms/draft_contract.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        return forms.Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        """The step that follows submits the contract, so a diagram may put a check between."""


@work_form("contracts.review_contract", label=("审核合同", "Review the contract"))
class ReviewContract:
    """Nothing to fill in: decision and comment are the step's own. Writes the decision to the contract."""

    template = "contracts/work_forms/review_contract.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        return forms.Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        services.record_decision(
            contract_id=context.subject.pk,
            actor=context.actor,
            outcome=context.outcome or "",
            comment=context.comment,
            step=context.element,
        )


@work_form("contracts.panel_review", label=("评审合同", "Appraise the contract"))
class PanelReview(ReviewContract):
    """One of several who appraise. Who they are and whose "no" is a veto comes from the element of the step, a
    record named ``member`` with ``role`` and ``can_veto``: a row of a decision table."""

    template = "contracts/work_forms/panel_review.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        class Form(forms.Form):
            veto = can_veto(context.variables)

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        services.record_decision(
            contract_id=context.subject.pk,
            actor=context.actor,
            outcome=context.outcome or "",
            comment=context.comment,
            step=context.element,
            can_veto=can_veto(context.variables),
        )


def can_veto(variables: Mapping[str, Any]) -> bool:
    """Whether the "no" of the element at hand ends the appraisal."""
    member = variables.get("member")
    return isinstance(member, Mapping) and member.get("can_veto") is True


@work_form("contracts.seal_contract", label=("合同用印", "Seal the contract"))
class SealContract:
    template = "contracts/work_forms/seal_contract.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        contract = context.subject
        kinds = dict(Seal.Kind.choices)
        in_use = contract.own_company.seals.filter(is_active=True).values_list("kind", flat=True)
        choices = [(kind, kinds[kind]) for kind in dict.fromkeys(in_use)]

        class Form(forms.Form):
            seal_kind = forms.ChoiceField(label=_("Seal"), choices=choices)
            copies = forms.IntegerField(label=_("Copies"), min_value=1, max_value=20, initial=contract.copies)
            cross_page = forms.BooleanField(label=_("Cross-page seal"), required=False, initial=True)

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        services.seal_contract(contract_id=context.subject.pk, actor=context.actor, **cleaned)


@work_form("contracts.record_signature", label=("登记签章件", "Record the signed copies"))
class RecordSignature:
    """Asks for what is not recorded yet: one party may have signed before the other, or both."""

    template = "contracts/work_forms/record_signature.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        contract = context.subject
        return missing_signatures_form(contract, set(Party) - parties_that_signed(contract))

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        scan = cleaned.pop("scan", None)
        services.record_signature(
            contract_id=context.subject.pk,
            actor=context.actor,
            scan=file_scan(scan, contract=context.subject, actor=context.actor) if scan else None,
            **cleaned,
        )


# Those of collection, of obligations and of a contract's end are found with these.
__all__ = [
    "DraftContract",
    "PanelReview",
    "RecordSignature",
    "ReviewContract",
    "SealContract",
    "collection_forms",
    "obligation_forms",
    "termination_forms",
]
