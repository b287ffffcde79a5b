"""Publishing a draft: what it changes, what is wrong with it, now or at a chosen moment, or asking others to do it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import ApplicationError
from core.generic.base import Action, Crumb, Page
from core.generic.forms import show_refusal
from core.templatetags.ui import moment
from workflows.engine import Problem
from workflows.models import ProcessInstance
from workflows.services import (
    ask_for_publishing,
    publish_draft,
    schedule_publishing,
    send_back_draft,
    take_back_request,
    take_back_scheduling,
)
from workflows.services.definitions import is_second_person_needed, lint
from workflows.services.publishing_requests import who_may_publish
from workflows.views.versions import (
    DRAFT,
    difference_url,
    in_words,
    visible_definition,
    visible_draft,
)
from workflows.views.words import listed, reader_language


class PublishForm(forms.Form):
    """A note, the revision that was looked at, and a moment where it shall not be at once."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    note = forms.CharField(
        label=gettext_lazy("What is new, for those who look later"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        required=False,
    )
    at = forms.DateTimeField(
        label=gettext_lazy("Moment of publishing"),
        required=False,
        help_text=gettext_lazy("Leave it empty to publish at once."),
        widget=forms.DateTimeInput(
            attrs={"placeholder": "2026-12-01 09:00", "autocomplete": "off"}, format="%Y-%m-%d %H:%M"
        ),
    )


class AskForm(forms.Form):
    """A note for whoever publishes it, and the revision that is asked for."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    note = forms.CharField(
        label=gettext_lazy("What has changed, and why"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )


class SendBackForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it goes back"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )


class DraftPublish(Page):
    """The draft's difference to the version in use, before whoever publishes it or asks others to do so."""

    template_name = "workflows/publishing.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.definition = visible_definition(request.user, kwargs["key"])
            self.draft = visible_draft(request.user, self.definition)
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        text = _("Publish “%(process)s”") if self.publishes else _("Ask to publish “%(process)s”")
        return text % {"process": self.definition.name}

    def crumbs(self):
        return [
            Crumb(_("Processes"), reverse("workflows:definition-list")),
            Crumb(self.definition.name, self.process_url),
        ]

    def actions(self):
        key, current, actions = self.definition.key, self.definition.current_version, []
        if current is not None:
            actions.append(Action(_("Side by side"), difference_url(key, current.number, DRAFT), "columns-2"))
        if self.draws:
            actions.append(Action(_("Edit"), reverse("workflows:definition-edit", args=[key]), "pencil"))
        return actions

    @property
    def process_url(self) -> str:
        return reverse("workflows:definition-detail", args=[self.definition.key])

    @cached_property
    def draws(self) -> bool:
        return self.definition.may_be_drawn_by(self.request.user)

    @cached_property
    def may_publish(self) -> bool:
        return self.definition.may_be_published_by(self.request.user)

    @cached_property
    def needs_another(self) -> bool:
        """Whether this person may publish the process, but not this draft, which they drew."""
        return self.may_publish and is_second_person_needed(self.definition, self.draft, self.request.user)

    @cached_property
    def publishes(self) -> bool:
        """Whether this person may publish this draft; who may not and draws asks others."""
        return self.may_publish and not self.needs_another

    @cached_property
    def problems(self) -> list[Problem]:
        return lint(self.draft.bpmn, self.definition, self.draft.decisions)

    def get(self, request, *args, **kwargs):
        return self.show()

    def post(self, request, *args, **kwargs):
        deed = request.POST.get("deed", "")
        form_class, run = self.deeds.get(deed, self.deeds["publish"])
        form = form_class(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            return redirect(run(self, form.cleaned_data))
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            return self.show(form, status=refusal.status)

    # Each deed says what was done, and where to go on ---------------------------------------------

    def publish(self, given: dict[str, Any]) -> str:
        """Now, or at the moment that is given."""
        person, key = self.request.user, self.definition.key
        if given["at"] is not None:
            schedule_publishing(definition_key=key, actor=person, **given)
            words = {"moment": moment(given["at"])}
            return self.stay(_("It will be published on %(moment)s.") % words)
        version = publish_draft(
            definition_key=key, revision=given["revision"], note=given["note"], actor=person
        )
        words = {"number": version.number}
        messages.success(self.request, _("Version %(number)s is published. New cases run on it.") % words)
        return f"{self.process_url}?tab=versions"

    def take_back(self, given: dict[str, Any]) -> str:
        take_back_scheduling(definition_key=self.definition.key, actor=self.request.user)
        return self.stay(_("It will not be published by itself. The draft stays."))

    def ask(self, given: dict[str, Any]) -> str:
        ask_for_publishing(definition_key=self.definition.key, actor=self.request.user, **given)
        return self.stay(_("Whoever may publish it has been told. You hear what becomes of it."))

    def take_back_asking(self, given: dict[str, Any]) -> str:
        take_back_request(definition_key=self.definition.key, actor=self.request.user)
        return self.stay(_("Nobody is asked to publish it any more. The draft stays."))

    def send_back(self, given: dict[str, Any]) -> str:
        asker = self.draft.asked_by
        send_back_draft(definition_key=self.definition.key, actor=self.request.user, **given)
        words = {"name": asker.name if asker is not None else ""}
        return self.stay(_("Sent back. %(name)s has been told why; the draft stays.") % words)

    def stay(self, said: str) -> str:
        messages.success(self.request, said)
        return self.request.path

    deeds: ClassVar = {
        "publish": (PublishForm, publish),
        "take_back": (forms.Form, take_back),
        "ask": (AskForm, ask),
        "take_back_asking": (forms.Form, take_back_asking),
        "send_back": (SendBackForm, send_back),
    }

    def show(self, sent: forms.Form | None = None, *, status: int = 200) -> HttpResponse:
        """The page; `sent` is the form that was refused, which stands in the place of its empty one."""
        current, begin = self.definition.current_version, {"revision": self.draft.revision}
        # What was said when asking is what those read who look later.
        noted = {**begin, "note": self.draft.asked_note}
        main = PublishForm(initial=noted) if self.publishes else AskForm(initial=begin)
        back = SendBackForm()
        refused = ""
        if isinstance(sent, SendBackForm):
            back = sent
        elif type(sent) is type(main):
            main = sent
        elif sent is not None:
            refused = " ".join(sent.non_field_errors())
        running = ProcessInstance.objects.filter(definition=self.definition, status__in=ProcessInstance.OPEN)
        language = reader_language()
        context = self.get_context_data(
            form=main,
            back_form=back,
            refused=refused,
            definition=self.definition,
            current=current,
            draft=self.draft,
            running=running.count(),
            draws=self.draws,
            may_take_back=self.draws and (not self.may_publish or self.draft.asked_by == self.request.user),
            publishes=self.publishes,
            may_send_back=self.may_publish and self.draft.is_asked_for,
            needs_another=self.needs_another,
            publishers=self.publishers(),
            folded=self.draft.is_asked_for
            and not self.publishes
            and not self.draft.has_changed_since_asking
            and sent is None,
            errors=[one.message(language) for one in self.problems if one.severity == "error"],
            warnings=[one.message(language) for one in self.problems if one.severity == "warning"],
            **in_words(current, self.draft),
        )
        return self.render_to_response(context, status=status)

    def publishers(self) -> str:
        """The names of those who are told when this person asks."""
        if self.publishes:
            return ""
        people = who_may_publish(self.definition, self.draft)
        return listed(one.name for one in people if not one.is_same_as(self.request.user))
