"""What starts cases of a process by itself: shown with the process, paused and resumed."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.generic import ActionView
from workflows.definitions import definition_of
from workflows.models import ProcessDefinition, StartTrigger
from workflows.services import pause_trigger, resume_trigger
from workflows.views.case_deeds import ReasonForm
from workflows.views.waits import event_title
from workflows.views.words import Labels

PUBLISH = "workflows.publish_definition"


@dataclass(frozen=True)
class Start:
    """A line of the table of starts."""

    trigger: StartTrigger
    name: str
    waits_for: str


def starts_of(definition: ProcessDefinition) -> list[Start]:
    """The starts of the version in use: those that wait, are paused or have had their last round."""
    labels = Labels()
    rows = StartTrigger.objects.filter(definition=definition, version=definition.current_version_id)
    return [
        Start(one, labels.step(definition_of(one.version_id), one.element), _waits_for(one))
        for one in rows.order_by("element")
    ]


def _waits_for(trigger: StartTrigger) -> str:
    if trigger.kind == StartTrigger.Kind.TIMER:
        return trigger.text
    words = {
        StartTrigger.Kind.MESSAGE: _("message “%(name)s”"),
        StartTrigger.Kind.SIGNAL: _("signal “%(name)s”"),
    }
    return words[StartTrigger.Kind(trigger.kind)] % {"name": event_title(trigger.name)}


class _TriggerDeed(ActionView):
    permission = PUBLISH

    def get_queryset(self):
        seen = ProcessDefinition.objects.visible_to(self.request.user)
        return StartTrigger.objects.filter(definition__in=seen).select_related("definition")

    def done_url(self):
        url = reverse("workflows:definition-detail", args=[self.object.definition.key])
        return f"{url}?tab=starts"


class TriggerPause(_TriggerDeed):
    title = gettext_lazy("Pause this start")
    question = gettext_lazy("No case starts by it until you resume it. Cases that run go on.")
    form_class = ReasonForm
    submit_label = gettext_lazy("Pause")
    done_message = gettext_lazy("The start is paused.")

    def run(self, form):
        pause_trigger(trigger_id=self.object.pk, reason=form.cleaned_data["reason"], actor=self.request.user)


class TriggerResume(_TriggerDeed):
    title = gettext_lazy("Resume this start")
    question = gettext_lazy("Cases start by it again. Rounds that fell into the pause are left out.")
    submit_label = gettext_lazy("Resume")
    done_message = gettext_lazy("The start waits again.")

    def run(self, form):
        resume_trigger(trigger_id=self.object.pk, actor=self.request.user)
