"""The forms of the onboarding's steps: what a person fills in, and the deed behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core.errors import ApplicationError
from core.files.checks import ACCEPTED
from core.models import User
from service.models import Material, Onboarding
from service.services import onboarding as services
from service.services.materials import add_materials, approve_materials, materials_of
from workflows.registry import FormContext, work_form

# By which outcomes what was done before is to be done again.
REDONE: Mapping[str, tuple[str, ...]] = {
    "return": ("build_shop",),
    "rework": ("build_shop", "review_content"),
}
# Outcomes that leave the step to be done once more.
NOT_YET = ("mismatch",)


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """Several files in one field; a phone takes photos straight into it."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, list | tuple) else [data]
        files = [one for one in given if one]
        if not files:
            super().clean(None, initial)
            return []
        return [super(SeveralFiles, self).clean(one, initial) for one in files]


def step_of(context: FormContext) -> str:
    """The step's own name, wherever in the drawing it stands."""
    return context.element.rpartition("/")[2]


def onboarding_of(context: FormContext) -> Onboarding | None:
    return Onboarding.objects.filter(contract=context.subject.pk).first()


@work_form("service.collect_materials", label=("收集资料", "Collect the materials"))
class CollectMaterials:
    """Photos and papers, several at once; what is there already counts."""

    template = "service/work_forms/collect_materials.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        there_before = onboarding_of(context)
        known = materials_of(there_before) if there_before is not None else []

        class Form(forms.Form):
            onboarding = there_before
            materials = known
            kind = forms.ChoiceField(label=_("They show"), choices=Material.Kind.choices)
            material_files = SeveralFiles(
                label=_("Files"),
                required=not known,
                help_text=_("Several at once: photos, licence, company profile, product pictures."),
                widget=SeveralFilesInput(
                    attrs={"multiple": True, "accept": ",".join(("image/*", *ACCEPTED))}
                ),
            )

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        onboarding = onboarding_of(context)
        files = [(one.name or "", one.read()) for one in cleaned["material_files"]]
        if onboarding is not None and files and isinstance(context.actor, User):
            received = add_materials(
                onboarding_id=onboarding.pk, files=files, kind=cleaned["kind"], actor=context.actor
            )
            if received.refused:
                texts = [str(one) for one in received.refused]
                raise ApplicationError(
                    " ".join(texts), code="files_refused", errors={"material_files": texts}
                )
        services.finish_step(contract_id=context.subject.pk, code=step_of(context), actor=context.actor)


@work_form("service.onboarding_step", label=("上线事项", "Item of the onboarding"))
class OnboardingStep:
    """Nothing to fill in: shows what is to be done and the materials, and ticks off the item of the step's name."""

    template = "service/work_forms/onboarding_step.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        found = onboarding_of(context)

        class Form(forms.Form):
            onboarding = found
            contract = context.subject
            materials = materials_of(found) if found is not None else []

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        outcome, contract_id = context.outcome or "", context.subject.pk
        if outcome in REDONE:
            services.redo_steps(contract_id=contract_id, codes=REDONE[outcome], actor=context.actor)
            return
        if outcome in NOT_YET:
            return
        step = step_of(context)
        onboarding = onboarding_of(context)
        if step == "review_content" and onboarding is not None and isinstance(context.actor, User):
            approve_materials(onboarding=onboarding, actor=context.actor)
        services.finish_step(contract_id=contract_id, code=step, actor=context.actor)
