"""The form of a changed term that the member platform has declined: what it was told, what it knows, and why not."""

from __future__ import annotations

from typing import Any

from django import forms

from contracts.models import Contract
from service.models import MemberActivation
from service.services.extensions import known_terms
from workflows.registry import FormContext, work_form


@work_form("service.mend_extension", label=("会员期限变更失败", "Change of the term declined"))
class MendExtension:
    """Nothing to fill in: asking again compares anew, so it asks for the end that holds by then."""

    template = "service/work_forms/mend_extension.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        contract: Contract = context.subject
        asked = (
            MemberActivation.objects.filter(contract=contract, follows__isnull=False).order_by("-pk").first()
        )
        known = known_terms([contract]).get(contract.pk)

        class Form(forms.Form):
            request = asked
            term = known

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        """The outcome alone goes on."""
