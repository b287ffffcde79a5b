"""The form of the follow-up: what was done with the customer, where it goes from here, when one talks again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError
from core.generic.widgets import DateInput
from core.models import User
from crm.models import Activity, ActivityType, Customer, CustomerStatus, StatusTransition
from crm.services.activities import LOG, log_activity
from crm.services.statuses import GIVEN_UP, names_of, ways_from
from workflows.registry import FormContext, work_form

Kind = CustomerStatus.Kind
# Whoever may do the step, but not log activities (a substitute), logs as the step.
SYSTEM = SystemActor("crm.follow_up")
# Where each outcome may lead; "stay" leads nowhere.
KINDS: Mapping[str, tuple[str, ...]] = {
    "advance": (Kind.OPEN, Kind.WAITING, Kind.WON),
    "dormant": (Kind.DORMANT,),
    "lost": GIVEN_UP,
}
# Where the work goes on, so that somebody says when.
WORKED_ON = (Kind.OPEN, Kind.WAITING)
_DAY: Any = DateInput
# So many talks stand above a step.
LAST_TALKS = 3
_LOGGED = ("type", "occurred_on", "description", "transcript", "next_on", "next_text")


@work_form(
    "crm.follow_up",
    label=("客户跟进", "Follow up a customer"),
    result={"to_status": "text", "facts": "text", "needs_approval": "boolean"},
)
class FollowUp:
    """Never done without a date for the next contact, unless the customer leaves the work (P2)."""

    template = "crm/work_forms/follow_up.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        customer: Customer = context.subject
        types = [(one.code, one.name) for one in ActivityType.objects.filter(is_active=True)]
        people = [(str(one.pk), one.name) for one in customer.contacts.all()]
        ways = [(way.to_status.code, _described(way)) for way in ways_from(customer)]

        class Form(forms.Form):
            talks = _talks(customer)
            type = forms.ChoiceField(label=gettext_lazy("Activity type"), choices=types)
            contact = forms.ChoiceField(
                label=gettext_lazy("Contact"),
                required=False,
                choices=[("", gettext_lazy("None")), *people],
                initial=people[0][0] if people else "",
            )
            occurred_on = forms.DateField(
                label=gettext_lazy("Date"), initial=lambda: clock.today(), widget=_DAY()
            )
            description = forms.CharField(
                label=gettext_lazy("What was said"),
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
            transcript = forms.CharField(
                label=gettext_lazy("Chat record"),
                required=False,
                max_length=20000,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=gettext_lazy("For a chat: paste it."),
            )
            to_status = forms.ChoiceField(
                label=gettext_lazy("New status"),
                required=False,
                choices=[("", gettext_lazy("As it is")), *ways],
                help_text=gettext_lazy("If it advances. Where there is only one way, it is taken by itself."),
            )
            facts = forms.CharField(
                label=gettext_lazy("Fact that proves it"),
                required=False,
                max_length=500,
                help_text=gettext_lazy(
                    "If it advances: a need, a budget, an offer. A feeling is not enough."
                ),
            )
            next_on = forms.DateField(
                label=gettext_lazy("Next contact"),
                required=False,
                widget=_DAY(),
                help_text=gettext_lazy("Whoever goes on says when."),
            )
            next_text = forms.CharField(label=gettext_lazy("What is next"), required=False, max_length=300)

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> Mapping[str, Any]:
        customer: Customer = context.subject
        outcome, following = context.outcome or "", cleaned["next_on"]
        way = _chosen(customer, outcome, cleaned["to_status"])
        errors: dict[str, list[str]] = {}
        if way is not None and outcome == "advance" and way.needs_fact and not cleaned["facts"].strip():
            errors["facts"] = [_("Which fact proves it? A feeling is not enough.")]
        if (way is None or way.to_status.kind in WORKED_ON) and following is None:
            errors["next_on"] = [_("Say when the next contact is: without a date nobody comes back to it.")]
        elif following is not None and following <= clock.today():
            errors["next_on"] = [_("Enter a day after today.")]
        if errors:
            raise ApplicationError(
                " ".join(text for texts in errors.values() for text in texts), code="invalid", errors=errors
            )
        _log(customer, cleaned, context.actor)
        return {
            "to_status": way.to_status.code if way is not None else customer.status,
            "facts": cleaned["facts"].strip(),
            "needs_approval": way is not None and outcome == "advance" and way.to_status.needs_approval,
        }


@work_form("crm.approve_status", label=("审批状态推进", "Approve the new status"))
class ApproveStatus:
    """Nothing to fill in: what is decided on stands before the decision (F39)."""

    template = "crm/work_forms/approve_status.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        code = str(context.variables.get("to_status", ""))

        class Form(forms.Form):
            talks = _talks(context.subject)
            move = {"to": names_of([code])[code], "facts": context.variables.get("facts", "")}

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        """The process reads the decision itself."""


def _talks(customer: Customer) -> list[Activity]:
    """What was said last: whoever calls remembers, whoever decides knows why."""
    rows = customer.activities.select_related("type").prefetch_related("executors")
    return list(rows[:LAST_TALKS])


def _described(way: StatusTransition) -> str:
    """The name of the status, and what it asks for."""
    asks = [
        _("needs a fact") if way.needs_fact else "",
        _("the manager approves it") if way.to_status.needs_approval else "",
    ]
    asked = ", ".join(filter(None, asks))
    return f"{way.to_status.name} ({asked})" if asked else way.to_status.name


def _chosen(customer: Customer, outcome: str, code: str) -> StatusTransition | None:
    """The way that fits what was decided: the chosen one, else the only one (of those given up: the first)."""
    if outcome not in KINDS:
        return None
    fitting = [way for way in ways_from(customer) if way.to_status.kind in KINDS[outcome]]
    found = [way for way in fitting if way.to_status.code == code]
    if not found and not code and (outcome != "advance" or len(fitting) == 1):
        found = fitting[:1]
    if not found:
        text = _("Choose the status that the customer advances to.")
        if outcome != "advance":
            text = _("The status you chose does not fit the decision.")
        raise ApplicationError(text, code="invalid", errors={"to_status": [text]})
    return found[0]


def _log(customer: Customer, cleaned: Mapping[str, Any], actor: Actor) -> None:
    may_log = Customer.objects.reachable_by(actor, LOG).filter(pk=customer.pk).exists()
    kind = ActivityType.objects.get(code=cleaned["type"])
    log_activity(
        customer_id=customer.pk,
        fields={name: cleaned[name] for name in _LOGGED} | {"subject": kind.name},
        executors=[actor] if isinstance(actor, User) else [],
        contact_id=int(cleaned["contact"]) if cleaned["contact"] else None,
        actor=actor if may_log else SYSTEM,
    )
