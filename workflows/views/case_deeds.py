"""What is done to cases as a whole: terminate, suspend, resume; one, or many of a list at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.generic import Action, ActionView
from core.generic.bulk import BulkAction
from core.models import User
from workflows.models import ProcessInstance
from workflows.models.retention import HOLD, PURGE
from workflows.selectors.cases import may_do
from workflows.services import cancel_instance, purge_case, resume_instance, suspend_instance
from workflows.services.moving import MOVE

CANCEL = "workflows.cancel_instance"
Status = ProcessInstance.Status


def deeds_of(user: User, case: ProcessInstance) -> list[Action]:
    """The entries of a case's menu."""
    if not case.is_open:
        return []
    offered = []
    if may_do(user, CANCEL, case):
        if case.status == Status.SUSPENDED:
            offered.append(_menu(case, "resume", pgettext_lazy("case", "Resume"), "circle-play"))
        else:
            offered.append(_menu(case, "suspend", pgettext_lazy("case", "Suspend"), "circle-pause"))
    if case.status != Status.SUSPENDED and user.may(MOVE) and may_do(user, MOVE, case):
        url = reverse("workflows:case-move", args=[case.pk])
        offered.append(Action(pgettext_lazy("case", "Move by hand …"), url, "arrow-right", in_menu=True))
    if may_do(user, CANCEL, case):
        offered.append(_menu(case, "cancel", _("Terminate"), "ban", style="danger"))
    return offered


def _menu(case: ProcessInstance, deed: str, label: Any, icon: str, style: str = "quiet") -> Action:
    url = reverse(f"workflows:case-{deed}", args=[case.pk])
    return Action(label, url, icon, style=style, in_dialog=True, in_menu=True)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class OptionalReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, required=False
    )


class CaseDeed(ActionView):
    """Something that is done to a case as a whole, by those whom a grant lets do it."""

    form_class = ReasonForm

    def get_queryset(self):
        return ProcessInstance.objects.without_state().visible_to(self.request.user)

    def is_allowed(self):
        return may_do(self.request.user, CANCEL, self.object)

    def done_url(self):
        return reverse("workflows:case-detail", args=[self.object.pk])


class CaseCancel(CaseDeed):
    """End a case before its end, saying why."""

    title = _("Terminate the case")
    question = _("Its open tasks are withdrawn. This cannot be undone.")
    submit_label = _("Terminate")
    style = "danger"
    done_message = _("The case was terminated.")

    def run(self, form):
        cancel_instance(
            instance_id=self.object.pk, reason=form.cleaned_data["reason"], actor=self.request.user
        )


class CaseSuspend(CaseDeed):
    """Hold a case, saying why."""

    title = pgettext_lazy("case", "Suspend the case")
    question = _(
        "Nobody can go on with it until it is resumed. Its tasks stay where they are; deadlines go on."
    )
    submit_label = pgettext_lazy("case", "Suspend")
    done_message = _("The case is suspended.")

    def run(self, form):
        suspend_instance(
            instance_id=self.object.pk, reason=form.cleaned_data["reason"], actor=self.request.user
        )


class CaseResume(CaseDeed):
    """Let a suspended case go on."""

    title = pgettext_lazy("case", "Resume the case")
    question = _("It goes on where it stood. What became due meanwhile happens at once.")
    form_class = OptionalReasonForm
    submit_label = pgettext_lazy("case", "Resume")
    done_message = _("The case goes on.")

    def run(self, form):
        resume_instance(
            instance_id=self.object.pk, reason=form.cleaned_data["reason"], actor=self.request.user
        )


# Many at once -----------------------------------------------------------------------------------


def many() -> list[BulkAction]:
    """The deeds of the list of cases. Whom no grant reaches is refused by the service, row by row."""
    return [
        BulkAction(
            "suspend",
            pgettext_lazy("case", "Suspend"),
            _suspend,
            icon="circle-pause",
            permission=CANCEL,
            form_class=ReasonForm,
            question=_("Nobody can go on with these cases until they are resumed."),
        ),
        BulkAction(
            "resume",
            pgettext_lazy("case", "Resume"),
            _resume,
            icon="circle-play",
            permission=CANCEL,
            form_class=OptionalReasonForm,
            question=_("They go on where they stood. What became due meanwhile happens at once."),
        ),
        BulkAction(
            "cancel",
            _("Terminate"),
            _cancel,
            icon="ban",
            permission=CANCEL,
            form_class=ReasonForm,
            question=_("Their open tasks are withdrawn. This cannot be undone."),
            style="danger",
        ),
        BulkAction(
            "purge",
            pgettext_lazy("case", "Purge"),
            _purge,
            icon="trash-2",
            permission=PURGE,
            form_class=ReasonForm,
            question=_(
                "They are removed for good, with their history, tasks and files; one line of each stays. Cases that"
                " run or are held stay as they are."
            ),
            style="danger",
        ),
    ]


def _suspend(actor: User, case: ProcessInstance, values: Mapping[str, Any]) -> None:
    suspend_instance(instance_id=case.pk, reason=values["reason"], actor=actor)


def _resume(actor: User, case: ProcessInstance, values: Mapping[str, Any]) -> None:
    resume_instance(instance_id=case.pk, reason=values["reason"], actor=actor)


def _cancel(actor: User, case: ProcessInstance, values: Mapping[str, Any]) -> None:
    cancel_instance(instance_id=case.pk, reason=values["reason"], actor=actor)


def _purge(actor: User, case: ProcessInstance, values: Mapping[str, Any]) -> None:
    purge_case(instance_id=case.pk, reason=values["reason"], actor=actor)


def lists_beside() -> list[Action]:
    """Where the list of cases leads: what was purged, what is held, what is to be purged."""
    return [
        Action(_("Purged cases"), reverse("workflows:purged-case-list"), "scroll-text", in_menu=True),
        Action(_("Legal holds"), reverse("workflows:hold-list"), "shield-check", HOLD, in_menu=True),
        Action(_("Purge ended cases"), reverse("workflows:purge"), "trash-2", PURGE, in_menu=True),
    ]


def hold_action(case: ProcessInstance) -> Action:
    url = reverse("workflows:case-hold", args=[case.pk])
    label = _("Place a legal hold …")
    return Action(label, url, "shield-check", HOLD, in_dialog=True, in_menu=True)


def export_action(case: ProcessInstance) -> Action:
    url = reverse("workflows:case-export", args=[case.pk])
    return Action(_("Everything as a file (ZIP)"), url, "download", in_menu=True, download=True)
