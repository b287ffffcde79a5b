"""The form of the talk about a renewal: the figures before the eyes, what the customer said, when one talks again."""

from __future__ import annotations

from typing import Any

from django import forms

from service.models import RenewalCase
from service.services import renewals as services
from service.services.effects import NAMES
from workflows.registry import FormContext, work_form


@work_form("service.talk_renewal", label=("续费沟通", "Talk about the renewal"))
class TalkRenewal:
    """Shows what the membership brought; each outcome counts as a talk."""

    template = "service/work_forms/talk_renewal.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        found = RenewalCase.objects.filter(contract=context.subject.pk).select_related("contract").first()

        class Form(forms.Form):
            renewal = found
            figures = [(label, found.figures.get(name, 0)) for name, label in NAMES.items()] if found else []

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        services.note_talk(
            contract_id=context.subject.pk, is_renewing=context.outcome == "renew", actor=context.actor
        )
