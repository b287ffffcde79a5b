"""Publishing a draft: what it changes, what is wrong with it, now or at a chosen moment; and a process's rights."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import ApplicationError
from core.generic import FormPage
from core.generic.base import Action, Crumb, Page
from core.generic.forms import show_refusal
from core.models import User
from core.templatetags.ui import moment
from workflows import registry
from workflows.engine import Problem
from workflows.models import ProcessInstance
from workflows.services import (
    publish_draft,
    schedule_publishing,
    set_allowed_operations,
    take_back_scheduling,
)
from workflows.services.definitions import is_second_person_needed, lint, set_owner
from workflows.views.versions import (
    DRAFT,
    DRAW,
    PUBLISH,
    difference_url,
    in_words,
    visible_definition,
    visible_draft,
)
from workflows.views.words import reader_language

SET_RIGHTS = "workflows.set_operations"


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


class DraftPublish(Page):
    """The draft's difference to the version in use, before whoever publishes it."""

    permission = PUBLISH
    template_name = "workflows/publishing.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.definition = visible_definition(request.user, kwargs["key"])
            if not request.user.may(PUBLISH):
                raise PermissionDenied(PUBLISH)
            self.draft = visible_draft(request.user, self.definition)
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return _("Publish “%(process)s”") % {"process": self.definition.name}

    def crumbs(self):
        return [
            Crumb(_("Processes"), reverse("workflows:definition-list")),
            Crumb(self.definition.name, self.process_url),
        ]

    def actions(self):
        current = self.definition.current_version
        actions = [
            Action(
                _("Edit"), reverse("workflows:definition-edit", args=[self.definition.key]), "pencil", DRAW
            )
        ]
        if current is not None:
            url = difference_url(self.definition.key, current.number, DRAFT)
            actions.insert(0, Action(_("Side by side"), url, "columns-2"))
        return actions

    @property
    def process_url(self) -> str:
        return reverse("workflows:definition-detail", args=[self.definition.key])

    @cached_property
    def problems(self) -> list[Problem]:
        return lint(self.draft.bpmn, self.definition, self.draft.decisions)

    def get(self, request, *args, **kwargs):
        return self.show(PublishForm(initial={"revision": self.draft.revision}))

    def post(self, request, *args, **kwargs):
        form = PublishForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            self.run(request.POST.get("deed", ""), form.cleaned_data)
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            return self.show(form, status=refusal.status)
        return redirect(f"{self.process_url}?tab={'draft' if self.stays else 'versions'}")

    stays = False

    def run(self, deed: str, given: dict[str, Any]) -> None:
        """Publish now, or at the moment that is given, or take back what was planned."""
        person, key = self.request.user, self.definition.key
        if deed == "take_back":
            self.stays = True
            take_back_scheduling(definition_key=key, actor=person)
            messages.success(self.request, _("It will not be published by itself. The draft stays."))
        elif given["at"] is not None:
            self.stays = True
            schedule_publishing(
                definition_key=key,
                at=given["at"],
                revision=given["revision"],
                note=given["note"],
                actor=person,
            )
            words = {"moment": moment(given["at"])}
            messages.success(self.request, _("It will be published on %(moment)s.") % words)
        else:
            version = publish_draft(
                definition_key=key, revision=given["revision"], note=given["note"], actor=person
            )
            words = {"number": version.number}
            messages.success(self.request, _("Version %(number)s is published. New cases run on it.") % words)

    def show(self, form: forms.Form, *, status: int = 200) -> HttpResponse:
        current = self.definition.current_version
        running = ProcessInstance.objects.filter(definition=self.definition, status__in=ProcessInstance.OPEN)
        language = reader_language()
        context = self.get_context_data(
            form=form,
            definition=self.definition,
            current=current,
            draft=self.draft,
            running=running.count(),
            needs_another=is_second_person_needed(self.definition, self.draft, self.request.user),
            errors=[one.message(language) for one in self.problems if one.severity == "error"],
            warnings=[one.message(language) for one in self.problems if one.severity == "warning"],
            **in_words(current, self.draft),
        )
        return self.render_to_response(context, status=status)


class RightsForm(forms.Form):
    """Who answers for a process, and what its diagrams may call."""

    owner = forms.ModelChoiceField(
        label=gettext_lazy("Owner"), queryset=User.objects.none(), required=False, empty_label="—"
    )
    operations = forms.MultipleChoiceField(
        label=gettext_lazy("Operations its diagrams may call"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "grants"}),
        help_text=gettext_lazy("An operation that is taken away is refused to running cases, too."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.filter(is_active=True).order_by("username")
        self.fields["operations"].choices = grantable()


def grantable() -> list[tuple[str, str]]:
    """Every operation that can be granted, with what people call it."""
    found = []
    for one in registry.operations().values():
        targets = one.targets() if one.targets is not None else {}
        for grant in one.grants():
            target = targets.get(grant.removeprefix(f"{one.name}:"), "")
            found.append((grant, f"{one.title} · {target}" if target else one.title))
    return sorted(found, key=lambda pair: pair[1])


class DefinitionRights(FormPage):
    """An administrator's page: the owner of a process and its allow-list."""

    permission = SET_RIGHTS
    title = gettext_lazy("Rights of the process")
    form_class = RightsForm
    keep_no_draft = True

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = visible_definition(request.user, kwargs["key"])
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self):
        return [
            Crumb(_("Processes"), reverse("workflows:definition-list")),
            Crumb(self.object.name, self.cancel_url()),
        ]

    def initial(self):
        return {"owner": self.object.owner_id, "operations": self.object.allowed_operations}

    def cancel_url(self):
        return reverse("workflows:definition-detail", args=[self.object.key])

    def save(self, form):
        key, person = self.object.key, self.request.user
        set_allowed_operations(definition_key=key, operations=form.cleaned_data["operations"], actor=person)
        set_owner(definition_key=key, owner=form.cleaned_data["owner"], actor=person)
        return self.cancel_url()
