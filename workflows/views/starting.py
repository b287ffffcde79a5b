"""Start a process about a business row: which one, then what it asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.generic import ActionView
from core.generic.base import Crumb
from core.subjects import find, kind_named
from workflows.definitions import definition_of
from workflows.models import ProcessDefinition
from workflows.services import start_process
from workflows.services.starting import startable_for
from workflows.views.diagram_form import ShownAsTyped, diagram_form, plain
from workflows.views.words import Labels


class ProcessChoice(forms.Form):
    """Which process; with one there is nothing to choose."""

    process = forms.ChoiceField(
        label=gettext_lazy("Process"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose one.")},
    )

    def __init__(self, *args: Any, startable: list[ProcessDefinition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["process"].choices = [(one.key, one.name) for one in startable]
        if len(startable) == 1:
            self.fields["process"].initial = startable[0].key


class CaseStart(ShownAsTyped, ActionView):
    """A dialog on the row's page, or a page of its own where the process asks for something first."""

    title = gettext_lazy("Start a process")
    submit_label = pgettext_lazy("process", "Start")
    done_message = gettext_lazy("The process has started.")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.object = None

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = find(request.user, kwargs["kind"], kwargs["pk"])
            if not self.startable:
                raise Http404("There is no process about this that you may start.")
        return super(ActionView, self).dispatch(request, *args, **kwargs)

    @cached_property
    def startable(self) -> list[ProcessDefinition]:
        return startable_for(self.request.user, self.object)

    @cached_property
    def chosen(self) -> ProcessDefinition | None:
        """The process whose questions are asked: named by the address, for it has some."""
        key = self.request.GET.get("process", "")
        return next((one for one in self.startable if one.key == key), None)

    def crumbs(self):
        kind = kind_named(self.kwargs["kind"])
        return [Crumb(kind.title(self.object), kind.url(self.object))]

    def done_url(self):
        return f"{kind_named(self.kwargs['kind']).url(self.object)}?tab=processes"

    def get_question(self):
        return self.chosen.name if self.chosen is not None else ""

    def get_form(self, data=None, files=None):
        if self.chosen is None:
            return ProcessChoice(data, startable=self.startable)
        return diagram_form(asked_at_start(self.chosen), Labels(), data)

    def run(self, form):
        chosen = self.chosen
        if chosen is None:
            key = form.cleaned_data["process"]
            chosen = next(one for one in self.startable if one.key == key)
            if asked_at_start(chosen):
                self.done_message = ""
                return f"{self.request.path}?process={key}"
            answers = {}
        else:
            answers = {name: plain(value) for name, value in form.cleaned_data.items()}
        case = start_process(
            definition_key=chosen.key, subject=self.object, data=answers, actor=self.request.user
        )
        return reverse("workflows:case-detail", args=[case.pk])


def asked_at_start(definition: ProcessDefinition) -> tuple[Any, ...]:
    """What a process asks for when it starts."""
    version = definition.current_version_id
    return tuple(definition_of(version).start_fields) if version is not None else ()
