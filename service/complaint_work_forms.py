"""The forms of a complaint's steps: what a person fills in, and the deed behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import ApplicationError
from core.generic.widgets import MoneyInput
from core.models import Department, User
from service import services
from service.models import Complaint, ComplaintAction, RulingShare
from service.services.rulings import Share, may_handle
from workflows.registry import FormContext, work_form

# How many parties one ruling may name; rows that stay empty count for nothing.
MOST_SHARES = 5
SHARES = range(1, MOST_SHARES + 1)


def _long(label: Any, *, rows: int = 3, length: int = 2000, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )


@work_form("service.acknowledge_complaint", label=("回执客户", "Answer the customer"))
class AcknowledgeComplaint:
    """The first response, and how severe the complaint is: its deadlines follow from that."""

    template = "service/work_forms/complaint.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        complaint: Complaint = context.subject

        class Form(forms.Form):
            severity = forms.TypedChoiceField(
                label=_("Severity"),
                choices=Complaint.Severity.choices,
                coerce=int,
                initial=complaint.severity,
            )
            response = _long(_("What the customer was told"), length=1000)

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        with _deed(context):
            services.acknowledge(complaint_id=context.subject.pk, actor=context.actor, **cleaned)


class RulingForm(forms.Form):
    """Rows of party and share, that sum to 100; who handles it; on what it is based."""

    def share_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"party_{n}"], self[f"share_{n}"]) for n in SHARES]

    def shares(self) -> list[Share]:
        """The rows that say something."""
        found = []
        for n in SHARES:
            party, share = self.cleaned_data.get(f"party_{n}"), self.cleaned_data.get(f"share_{n}")
            if party or share:
                found.append(_share(party or "", share or 0))
        return found


def _share(party: str, share: int) -> Share:
    kind, _colon, pk = party.partition(":")
    number = int(pk) if pk else None
    return Share(
        kind,
        share,
        person_id=number if kind == RulingShare.Party.PERSON else None,
        department_id=number if kind == RulingShare.Party.DEPARTMENT else None,
    )


def _parties() -> list[tuple[Any, Any]]:
    """Whom a ruling may name: departments, people, and those outside."""
    outside = [(one.value, one.label) for one in RulingShare.Party if one not in ("person", "department")]
    departments = [(f"department:{one.pk}", str(one)) for one in Department.objects.order_by("path")]
    people = User.objects.filter(is_active=True).select_related("department").order_by("name_sort", "pk")
    return [
        ("", _("Please choose")),
        (_("Outside"), outside),
        (_("Departments"), departments),
        (_("People"), [(f"person:{one.pk}", _named(one)) for one in people]),
    ]


def _named(person: User) -> str:
    return f"{person.name} · {person.department}" if person.department else person.name


@work_form("service.rule_complaint", label=("责任判定", "Rule on responsibility"))
class RuleComplaint:
    template = "service/work_forms/rule_complaint.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        parties = _parties()
        handlers = [("", _("Please choose"))] + [(str(pk), _named(one)) for pk, one in may_handle().items()]
        built: dict[str, forms.Field] = {}
        for n in SHARES:
            built[f"party_{n}"] = forms.ChoiceField(
                label=_("Party %(number)s") % {"number": n}, choices=parties, required=False
            )
            built[f"share_{n}"] = forms.IntegerField(
                label=_("Share %(number)s") % {"number": n},
                min_value=1,
                max_value=100,
                required=False,
                widget=forms.NumberInput(attrs={"data-share": "", "inputmode": "numeric"}),
            )
        built["basis"] = _long(_("Basis"))
        built["handler"] = forms.ChoiceField(
            label=_("Who handles it"),
            choices=handlers,
            required=False,
            help_text=_("Asked for where the complaint is justified. Nobody handles their own case."),
        )
        return type("Form", (RulingForm,), built)

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        form = RulingForm()
        form.cleaned_data = cleaned
        with _deed(context, shares="share_1"):
            services.rule(
                complaint_id=context.subject.pk,
                is_justified=context.outcome == "justified",
                basis=cleaned["basis"],
                shares=form.shares(),
                handler_id=int(cleaned["handler"]) if cleaned["handler"] else None,
                actor=context.actor,
            )


@work_form("service.explain_complaint", label=("向客户说明", "Explain to the customer"))
class ExplainComplaint:
    template = "service/work_forms/complaint.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        class Form(forms.Form):
            explanation = _long(_("What the customer was told"), length=1000)

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        with _deed(context, description="explanation"):
            services.explain(complaint_id=context.subject.pk, actor=context.actor, **cleaned)


@work_form("service.handle_complaint", label=("处理投诉", "Handle the complaint"))
class HandleComplaint:
    """The last action, which ends the handling; what was done before stands on the complaint's page."""

    template = "service/work_forms/complaint.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        return HandlingForm

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        with _deed(context):
            services.finish_handling(
                complaint_id=context.subject.pk,
                kind=cleaned["kind"],
                description=cleaned["description"],
                cost=cleaned["cost"] or Decimal(0),
                actor=context.actor,
            )


class HandlingForm(forms.Form):
    """What was done and what it cost."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What was done"),
        choices=[("", gettext_lazy("Please choose")), *ComplaintAction.Kind.choices],
    )
    cost = forms.DecimalField(
        label=gettext_lazy("Cost"),
        max_digits=12,
        decimal_places=2,
        min_value=Decimal(0),
        required=False,
        widget=MoneyInput(),  # type: ignore[no-untyped-call]
    )
    description = _long(gettext_lazy("In words"), length=1000)


@work_form("service.instruct_complaint", label=("批示投诉", "Instruct on the complaint"))
class InstructComplaint:
    """Nothing to fill in: decision and comment are the step's own. Shows what was done."""

    template = "service/work_forms/complaint.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        return forms.Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        with _deed(context):
            services.instruct(
                complaint_id=context.subject.pk,
                verdict=context.outcome or "",
                text=context.comment,
                actor=context.actor,
            )


@work_form("service.sum_up_complaint", label=("总结投诉", "Sum up the complaint"))
class SumUpComplaint:
    template = "service/work_forms/complaint.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        written = getattr(context.subject, "summary", None)

        class Form(forms.Form):
            root_cause = _long(_("Root cause"))
            prevention = _long(_("What keeps it from coming again"))
            lesson = _long(_("Lesson"), required=False)

        for name in Form.base_fields:
            Form.base_fields[name].initial = getattr(written, name, "")
        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        with _deed(context):
            services.sum_up(complaint_id=context.subject.pk, actor=context.actor, **cleaned)


@work_form("service.follow_up_complaint", label=("回访客户", "Call the customer"))
class FollowUpComplaint:
    """How content the customer is; whether that is enough is the step's decision."""

    template = "service/work_forms/complaint.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        class Form(forms.Form):
            score = forms.TypedChoiceField(
                label=_("Score"),
                choices=[
                    ("", _("Please choose")),
                    *((n, f"{n} {word}") for n, word in _SCORES.items()),
                ],
                coerce=int,
            )
            note = _long(_("What the customer says"), length=1000, required=False)

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        with _deed(context):
            services.record_follow_up(
                complaint_id=context.subject.pk,
                score=cleaned["score"],
                is_satisfied=context.outcome == "satisfied",
                note=cleaned["note"] or context.comment,
                actor=context.actor,
            )


_SCORES: Mapping[int, Any] = {
    5: gettext_lazy("very satisfied"),
    4: gettext_lazy("satisfied"),
    3: gettext_lazy("so-so"),
    2: gettext_lazy("not satisfied"),
    1: gettext_lazy("very dissatisfied"),
}


@contextmanager
def _deed(context: FormContext, **names: str) -> Iterator[None]:
    """What the service says about one of its values stands beside the form's field for it."""
    try:
        yield
    except ApplicationError as refusal:
        refusal.errors = {names.get(name, name): texts for name, texts in refusal.errors.items()}
        raise
