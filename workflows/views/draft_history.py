"""The history of a draft: who left it how, what each sitting changed, and back to any state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_safe

from core.generic import ListPage
from core.generic.base import Action, Crumb
from core.generic.tables import Column, NameColumn, Table
from core.templatetags.ui import moment
from workflows import registry
from workflows.models import DraftSnapshot, ProcessDefinition, ProcessDraft, ProcessVersion
from workflows.services import discard_draft, restore_snapshot
from workflows.services.drawing_rights import require_seeing_draft
from workflows.services.versions import State
from workflows.views.cases import diagram_answer
from workflows.views.versions import (
    DRAFT,
    SNAPSHOT,
    Restoring,
    difference_url,
    in_words,
    visible_definition,
)

# So many sentences of each sitting stand in the list; all of them one click away.
SENTENCES = 3
# Larger diagrams are compared when one looks, not in a list.
LONGEST_IN_LIST = 400_000


class SnapshotTable(Table):
    saved_at = NameColumn(verbose_name=gettext_lazy("Saved at"), linkify=False)
    saver = Column(accessor="saved_by_label", verbose_name=gettext_lazy("Saved by"))
    origin = Column(verbose_name=gettext_lazy("Came by"))
    changes = Column(
        accessor="pk",
        verbose_name=gettext_lazy("What changed"),
        empty_values=(),
        attrs={"td": {"class": "wide-m"}},
    )
    deeds = Column(accessor="pk", verbose_name=gettext_lazy("What to do"), empty_values=(), tight=True)

    class Meta(Table.Meta):
        model = DraftSnapshot
        fields = ("saved_at", "saver", "origin", "changes", "deeds")

    def __init__(self, *args, drawn_from=None, may_restore: bool = False, has_draft: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.drawn_from = drawn_from or {}
        self.may_restore, self.has_draft = may_restore, has_draft

    @cached_property
    def glossary(self):
        """The company's names of roles and processes, asked for once."""
        return registry.glossary()

    def render_saved_at(self, value, record):
        url = address_of(record, self.drawn_from.get(record.pk))
        return format_html('<a href="{}">{}</a>', url, moment(value))

    def render_saver(self, record):
        return record.saver

    def render_changes(self, record):
        before = self.drawn_from.get(record.pk)
        if before is None:
            return _("The first state")
        if len(record.bpmn) > LONGEST_IN_LIST:
            return "—"
        words = in_words(before, record, self.glossary)
        lines = [
            _("%(step)s: %(change)s") % {"step": group.heading, "change": line["text"]}
            if group.heading
            else line["text"]
            for group in words["groups"]
            for line in group.lines
        ]
        shown = format_html_join("", "<div>{}</div>", ((line,) for line in lines[:SENTENCES]))
        more = len(lines) - SENTENCES
        if more > 0:
            text = ngettext("%(count)s more change", "%(count)s more changes", more) % {"count": more}
            return format_html('{}<div class="faint">{}</div>', shown, text)
        return shown or words["summary"]

    def render_deeds(self, record):
        key, links = record.definition.key, []
        if self.has_draft:
            url = difference_url(key, f"{SNAPSHOT}{record.pk}", DRAFT)
            links.append(format_html('<a href="{}">{}</a>', url, _("Compare with now")))
        if self.may_restore:
            url = reverse("workflows:snapshot-restore", args=[key, record.pk])
            links.append(format_html('<a href="{}">{}</a>', url, _("Restore")))
        return format_html_join(" · ", "{}", ((link,) for link in links))


class DraftHistory(ListPage):
    """Every state that drafts of a process were left in, the newest first."""

    table_class = SnapshotTable
    orders = {"saved_at": ("pk",)}
    order = "-saved_at"
    page_size = 20
    exportable = False
    empty_title = gettext_lazy("Nothing has been drawn yet")
    empty_text = gettext_lazy(
        "Each time somebody draws, the state they leave stands here, and can be restored."
    )

    def get(self, request, *args, **kwargs):
        self.definition = visible_definition(request.user, kwargs["key"])
        require_seeing_draft(self.definition, request.user)
        return super().get(request, *args, **kwargs)

    def get_title(self):
        return _("History of the draft")

    def crumbs(self):
        url = reverse("workflows:definition-detail", args=[self.definition.key])
        return [Crumb(_("Processes"), reverse("workflows:definition-list")), Crumb(self.definition.name, url)]

    def actions(self):
        key, actions = self.definition.key, []
        if self.definition.may_be_drawn_by(self.request.user):
            actions.append(Action(_("Edit"), reverse("workflows:definition-edit", args=[key]), "pencil"))
        return actions

    def get_queryset(self):
        rows = DraftSnapshot.objects.filter(definition=self.definition)
        return rows.select_related("definition", "saved_by")

    def table_options(self):
        drafts = ProcessDraft.objects.filter(definition=self.definition)
        return {
            "drawn_from": states_before(self.definition, self.shown),
            "may_restore": self.definition.may_be_drawn_by(self.request.user),
            "has_draft": drafts.exists(),
        }

    def table(self, rows):
        self.shown = list(rows)
        return super().table(self.shown)


def states_before(definition: ProcessDefinition, shown: Sequence[DraftSnapshot]) -> dict[int, State | None]:
    """What each of some states was drawn from."""
    if not shown:
        return {}
    states = sorted(shown, key=lambda one: -one.pk)
    earlier = (
        DraftSnapshot.objects.filter(definition=definition, pk__lt=states[-1].pk).order_by("-pk").first()
    )
    versions = list(ProcessVersion.objects.filter(definition=definition).order_by("-number"))
    pairs = zip(states, [*states[1:], earlier], strict=True)
    return {row.pk: _drawn_from(row, previous, versions) for row, previous in pairs}


def _drawn_from(
    row: DraftSnapshot, previous: DraftSnapshot | None, versions: Iterable[ProcessVersion]
) -> State | None:
    """The later one of the state before it and the version that was in use then."""
    version = next((one for one in versions if one.published_at < row.began_at), None)
    if version is None or (previous is not None and previous.saved_at >= version.published_at):
        return previous
    return version


def address_of(row: DraftSnapshot, before: State | None) -> str:
    """Where a state is looked at: beside what it was drawn from."""
    side = f"{SNAPSHOT}{row.pk}"
    if isinstance(before, DraftSnapshot):
        return difference_url(row.definition.key, f"{SNAPSHOT}{before.pk}", side)
    first = str(before.number) if isinstance(before, ProcessVersion) else side
    return difference_url(row.definition.key, first, side)


@require_safe
@login_required
def snapshot_diagram(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """The picture of one state."""
    definition = visible_definition(request.user, key)
    require_seeing_draft(definition, request.user)
    answer = diagram_answer(get_object_or_404(DraftSnapshot, definition=definition, pk=pk).bpmn)
    # Whoever goes on drawing within a sitting writes over it.
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


class SnapshotRestore(Restoring):
    """Asks, then makes an earlier state the draft again."""

    done_message = gettext_lazy("The earlier state is the draft now. Nothing is published.")

    def find(self, definition: ProcessDefinition) -> DraftSnapshot:
        rows = DraftSnapshot.objects.select_related("definition", "saved_by")
        return get_object_or_404(rows, definition=definition, pk=self.kwargs["pk"])

    def get_question(self):
        return _(
            "The state of %(when)s by %(name)s becomes the draft. What the draft holds now stays in this history."
        ) % {"when": moment(self.object.saved_at), "name": self.object.saver}

    def restore(self, **seen):
        restore_snapshot(
            definition_key=self.object.definition.key,
            snapshot_id=self.object.pk,
            actor=self.request.user,
            **seen,
        )


class DraftDiscard(Restoring):
    """Asks, then drops the draft."""

    title = pgettext_lazy("draft", "Discard the draft")
    submit_label = pgettext_lazy("draft", "Discard")
    style = "danger"
    done_message = gettext_lazy("The draft is discarded. Its history keeps what it held.")

    def find(self, definition: ProcessDefinition) -> ProcessDraft:
        return get_object_or_404(ProcessDraft.objects.select_related("definition"), definition=definition)

    def get_question(self):
        return _(
            "Whoever draws next begins from the version in use. "
            "The draft stays in its history and can be restored from there."
        )

    def restore(self, **seen):
        discard_draft(definition_key=self.object.definition.key, actor=self.request.user, **seen)

    def done_url(self):
        return reverse("workflows:draft-history", args=[self.object.definition.key])
