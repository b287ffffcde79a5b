"""Versions of a process: their list, the difference of any two, and back to an old one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from core.generic import ActionView
from core.generic.base import Action, Crumb, Page
from core.generic.tables import Column, MomentColumn, NameColumn, NumberColumn, Table
from core.models import User
from core.templatetags.ui import moment
from workflows.engine.differences import Differences, Glossary, names_in
from workflows.models import (
    DraftSnapshot,
    ProcessDefinition,
    ProcessDraft,
    ProcessInstance,
    ProcessVersion,
)
from workflows.services import differences_between, restore_as_draft
from workflows.services.drawing_rights import require_drawing, require_seeing_draft
from workflows.services.versions import State, holds_work_of_another
from workflows.views.cases import diagram_answer
from workflows.views.words import reader_language

DRAFT = "draft"
# Before the number of an earlier state of the draft, in addresses.
SNAPSHOT = "s"


# The list ---------------------------------------------------------------------------------------


class VersionTable(Table):
    number = NameColumn(
        verbose_name=gettext_lazy("Version"),
        linkify=lambda record: reverse(
            "workflows:version-detail", args=[record.definition.key, record.number]
        ),
    )
    published_at = MomentColumn(verbose_name=gettext_lazy("Published"))
    published_by = Column(accessor="pk", verbose_name=gettext_lazy("Published by"))
    note = Column()
    running = NumberColumn(verbose_name=pgettext_lazy("cases", "Running"))
    finished = NumberColumn(verbose_name=pgettext_lazy("cases", "Finished"))
    changes = Column(
        accessor="pk", verbose_name=gettext_lazy("What changed"), orderable=False, empty_values=()
    )

    class Meta(Table.Meta):
        model = ProcessVersion
        fields = ("number", "published_at", "published_by", "note", "running", "finished", "changes")

    def render_published_by(self, record):
        return publisher(record)

    def render_changes(self, record):
        if record.number == 1:
            return "—"
        url = difference_url(record.definition.key, record.number - 1, record.number)
        text = _("Against version %(number)s") % {"number": record.number - 1}
        return format_html('<a href="{}">{}</a>', url, text)


def publisher(version: ProcessVersion) -> str:
    """Who published a version; what came with the program was published by the system."""
    return version.published_by.name if version.published_by is not None else _("System")


def version_table(request: HttpRequest, definition: ProcessDefinition) -> VersionTable:
    """All versions, the newest first, each with its cases."""
    is_open = Q(instances__status__in=ProcessInstance.OPEN)
    rows = (
        ProcessVersion.objects.filter(definition=definition)
        .select_related("definition", "published_by")
        .defer("bpmn", "decisions", "forms")
        .annotate(
            running=Count("instances", filter=is_open),
            finished=Count("instances", filter=~is_open & Q(instances__isnull=False)),
        )
        .order_by("-number")
    )
    return VersionTable(rows, request=request)


def sides_of(person: User, definition: ProcessDefinition) -> list[tuple[str, str]]:
    """What can be compared: every version, and the draft for those who may see it."""
    numbers = definition.versions.order_by("-number").values_list("number", flat=True)
    sides = [(str(number), _("Version %(number)s") % {"number": number}) for number in numbers]
    if definition.shows_its_draft_to(person) and ProcessDraft.objects.filter(definition=definition).exists():
        sides.insert(0, (DRAFT, _("Draft")))
    return sides


def difference_url(key: str, before: int | str, after: int | str) -> str:
    return reverse("workflows:version-difference", args=[key, before, after])


@require_safe
@login_required
def compare(request: HttpRequest, key: str) -> HttpResponse:
    """From the two lists to choose from to the page of their difference."""
    definition = visible_definition(request.user, key)
    known = [side for side, _label in sides_of(request.user, definition)]
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    if before not in known or after not in known:
        raise Http404("There is no such version.")
    return redirect(difference_url(key, before, after))


# The difference ---------------------------------------------------------------------------------


@dataclass
class Group:
    """What changed at one step."""

    heading: str
    lines: list[dict[str, Any]] = field(default_factory=list)


def groups_of(found: Differences) -> list[Group]:
    """The changes by the step they are about, in the reader's language."""
    language = reader_language()
    groups: dict[str, Group] = {}
    for one in found.changes:
        group = groups.setdefault(one.group, Group(one.heading(language)))
        group.lines.append({"sign": one.sign, "text": one.sentence(language), "element": one.element or ""})
    return list(groups.values())


def in_words(before: State | None, after: State, glossary: Glossary | None = None) -> dict[str, Any]:
    """The difference for a template; nothing where there is no state to compare with."""
    if before is None:
        return {}
    found = differences_between(before, after, glossary)
    return {
        "groups": groups_of(found),
        "count": len(found.changes),
        "summary": found.summary(reader_language()),
        "found": found,
    }


class VersionDifference(Page):
    """Two states side by side, and in words what is different."""

    template_name = "workflows/difference.html"

    def get(self, request, *args, **kwargs):
        self.definition = visible_definition(request.user, kwargs["key"])
        self.before = self.state(kwargs["before"])
        self.after = self.state(kwargs["after"])
        return super().get(request, *args, **kwargs)

    def state(self, side: str) -> State:
        if side == DRAFT:
            return visible_draft(self.request.user, self.definition)
        if side.startswith(SNAPSHOT):
            return self.snapshot(side.removeprefix(SNAPSHOT))
        if not side.isdecimal() or len(side) > 9:
            raise Http404("There is no such version.")
        return get_object_or_404(
            ProcessVersion.objects.select_related("published_by"),
            definition=self.definition,
            number=int(side),
        )

    def snapshot(self, number: str) -> DraftSnapshot:
        require_seeing_draft(self.definition, self.request.user)
        if not number.isdecimal() or len(number) > 18:
            raise Http404("There is no such state.")
        rows = DraftSnapshot.objects.select_related("saved_by")
        return get_object_or_404(rows, definition=self.definition, pk=int(number))

    def get_title(self):
        return _("What changed: %(before)s → %(after)s") % {
            "before": name_of(self.before),
            "after": name_of(self.after),
        }

    def crumbs(self):
        key = self.definition.key
        return [
            Crumb(_("Processes"), reverse("workflows:definition-list")),
            Crumb(self.definition.name, reverse("workflows:definition-detail", args=[key])),
            Crumb(_("Versions"), reverse("workflows:definition-detail", args=[key]) + "?tab=versions"),
        ]

    def actions(self):
        key, sides = self.definition.key, self.kwargs
        turned = difference_url(key, sides["after"], sides["before"])
        actions = [Action(_("The other way round"), turned, "arrow-left-right")]
        if isinstance(self.after, DraftSnapshot) and self.definition.may_be_drawn_by(self.request.user):
            restore = reverse("workflows:snapshot-restore", args=[key, self.after.pk])
            actions.append(Action(_("Restore as draft"), restore, "rotate-ccw", in_dialog=True))
        if sides["after"] == DRAFT:
            actions.append(publishing_action(self.request.user, self.definition))
        return actions

    def get_context_data(self, **kwargs):
        words = in_words(self.before, self.after)
        found = words["found"]
        sides = [self.side(self.before, found.before), self.side(self.after, found.after)]
        return super().get_context_data(definition=self.definition, sides=sides, **words, **kwargs)

    def side(self, state: State, marks: Any) -> dict[str, Any]:
        key = self.definition.key
        if isinstance(state, ProcessDraft):
            url = reverse("workflows:draft-diagram", args=[key]) + f"?revision={state.revision}"
        elif isinstance(state, DraftSnapshot):
            url = reverse("workflows:snapshot-diagram", args=[key, state.pk])
        else:
            url = reverse("workflows:version-diagram", args=[key, state.number])
        names = names_in(state.bpmn, reader_language())
        return {"title": name_of(state), "xml_url": url, "data": {"names": names, "marks": dict(marks)}}


def publishing_action(person: User, definition: ProcessDefinition) -> Action:
    """The way to the page of publishing, for those who see the draft: some publish, the others ask for it."""
    may_publish = definition.may_be_published_by(person)
    label = _("Publish …") if may_publish else _("Ask for publishing …")
    return Action(label, reverse("workflows:draft-publish", args=[definition.key]), "send", style="primary")


def name_of(state: State) -> str:
    if isinstance(state, ProcessDraft):
        return _("Draft")
    if isinstance(state, DraftSnapshot):
        return _("Draft of %(when)s") % {"when": moment(state.saved_at)}
    return _("Version %(number)s") % {"number": state.number}


@require_safe
@login_required
def draft_diagram(request: HttpRequest, key: str) -> HttpResponse:
    """The picture of the draft as it is saved now."""
    draft = visible_draft(request.user, visible_definition(request.user, key))
    answer = diagram_answer(draft.bpmn)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def visible_definition(person: User, key: str) -> ProcessDefinition:
    rows = ProcessDefinition.objects.visible_to(person).select_related("current_version", "owner")
    return get_object_or_404(rows, key=key)


def visible_draft(person: User, definition: ProcessDefinition) -> ProcessDraft:
    """For those who draw or publish; 404 where there is none."""
    require_seeing_draft(definition, person)
    rows = ProcessDraft.objects.select_related("updated_by", "publish_by", "asked_by", "sent_back_by")
    return get_object_or_404(rows, definition=definition)


# Back to an old one -----------------------------------------------------------------------------


class RestoreForm(forms.Form):
    """Says which draft was seen, and that one of somebody else may go."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    replace = forms.BooleanField(label="", required=False)

    def __init__(self, *args: Any, other: ProcessDraft | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if other is None:
            del self.fields["replace"]
        else:
            name = other.updated_by.name if other.updated_by else other.updated_by_label
            self.fields["replace"].label = _("Replace the draft of %(name)s") % {"name": name}


class Restoring(ActionView):
    """Asks, also whether a draft of somebody else may go, and then does something to the draft.

    ``find`` looks for what is meant, ``restore`` does it with the draft that was seen.
    """

    title = gettext_lazy("Restore as draft")
    submit_label = gettext_lazy("Restore as draft")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            definition = visible_definition(request.user, kwargs["key"])
            require_drawing(definition, request.user)
            self.object = self.find(definition)
            drafts = ProcessDraft.objects.filter(definition=definition).select_related("updated_by")
            self.draft = drafts.first()
        return super(ActionView, self).dispatch(request, *args, **kwargs)

    def find(self, definition: ProcessDefinition) -> Any:
        raise NotImplementedError

    def restore(self, **seen: Any) -> None:
        raise NotImplementedError

    def initial(self):
        return {"revision": self.draft.revision if self.draft is not None else 0}

    def get_form(self, data=None, files=None):
        other = self.draft if self.draft and holds_work_of_another(self.draft, self.request.user) else None
        return RestoreForm(data, initial=self.initial(), other=other)

    def run(self, form):
        given = form.cleaned_data
        self.restore(revision=given["revision"], replace=given.get("replace", False))

    def done_url(self):
        return reverse("workflows:definition-detail", args=[self.object.definition.key]) + "?tab=draft"


class VersionRestore(Restoring):
    """Asks, then makes an old version the draft."""

    done_message = gettext_lazy("The version is the draft now. Nothing is published.")

    def find(self, definition: ProcessDefinition) -> ProcessVersion:
        rows = ProcessVersion.objects.select_related("definition")
        return get_object_or_404(rows, definition=definition, number=self.kwargs["number"])

    def get_question(self):
        text = _("Version %(number)s becomes the draft, from which you go on drawing. Cases are not touched.")
        return text % {"number": self.object.number}

    def restore(self, **seen):
        restore_as_draft(
            definition_key=self.object.definition.key,
            number=self.object.number,
            actor=self.request.user,
            **seen,
        )
