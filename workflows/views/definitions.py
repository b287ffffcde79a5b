"""Processes: what there is, its versions, and the picture of each."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from core.errors import ApplicationError
from core.generic import DetailPage, ListPage, Tab
from core.generic.base import Action, Crumb
from core.generic.tables import Column, MomentColumn, NameColumn, NumberColumn, Table
from workflows.engine import element_names
from workflows.models import ProcessDefinition, ProcessDraft, ProcessVersion, ShippedOffer
from workflows.models.retention import PURGE
from workflows.selectors import called_by
from workflows.selectors.figures import Reach, reach_of
from workflows.services import mend_draft
from workflows.services.definitions import lint
from workflows.services.drawing_rights import may_change_any
from workflows.services.mending import Wanted
from workflows.views.cases import diagram_answer
from workflows.views.decision_tables import tables_of
from workflows.views.diagrams import Diagram
from workflows.views.figures.panel import FiguresPanel
from workflows.views.process_rights import SET_RIGHTS
from workflows.views.triggers import PUBLISH, Start, starts_of
from workflows.views.versions import (
    difference_url,
    publisher,
    publishing_action,
    sides_of,
    version_table,
)


class DefinitionTable(Table):
    name = NameColumn(
        accessor="pk",
        verbose_name=_("Process"),
        linkify=lambda record: reverse("workflows:definition-detail", args=[record.key]),
    )
    version = NumberColumn(accessor="current_version__number", verbose_name=_("Version in use"))
    published_at = MomentColumn(accessor="current_version__published_at", verbose_name=_("Published"))
    published_by = Column(accessor="current_version", verbose_name=_("Published by"), phone=False)

    class Meta(Table.Meta):
        model = ProcessDefinition
        fields = ("name", "version", "published_at", "published_by")

    def render_name(self, record):
        if not record.is_offered:
            return record.name
        return format_html(
            '{} <span class="tag tag-amber">{}</span>', record.name, gettext("newer one offered")
        )

    def render_published_by(self, value):
        return publisher(value)


class DefinitionList(ListPage):
    """The processes a person may start, draw or look at."""

    title = _("Processes")
    table_class = DefinitionTable
    orders = {"name": ("key",)}
    order = "name"
    exportable = False
    empty_title = _("No processes yet")
    empty_text = _("The processes that you may start, draw or look at stand here.")

    def actions(self):
        if not may_change_any(self.request.user):
            return []
        return [Action(_("Import a diagram"), reverse("workflows:definition-import"), "upload")]

    def get_queryset(self):
        user = self.request.user
        open_ones = ShippedOffer.objects.filter(definition=OuterRef("pk"), status=ShippedOffer.Status.OPEN)
        mine = ProcessDefinition.objects.changed_by(user).filter(pk=OuterRef("pk"))
        rows = ProcessDefinition.objects.visible_to(user).select_related("current_version__published_by")
        return rows.annotate(is_offered=Exists(open_ones) & Exists(mine))


class DefinitionDetail(DetailPage):
    """One process: the picture of the version in use, its draft with what is wrong in it, all versions."""

    lookup = "key"
    header_template = "workflows/definition_header.html"

    def get_queryset(self):
        return ProcessDefinition.objects.visible_to(self.request.user).select_related(
            "current_version", "owner"
        )

    def crumbs(self):
        return [Crumb(_("Processes"), reverse("workflows:definition-list"))]

    def actions(self):
        key, actions = self.object.key, []
        if self.draws:
            actions.append(Action(_("Edit"), reverse("workflows:definition-edit", args=[key]), "pencil"))
        if self.shown_draft is not None:
            actions.append(publishing_action(self.request.user, self.object))
        if self.object.current_version_id is not None:
            guide = reverse("workflows:process-guide", args=[key])
            actions.append(Action(_("Guide"), guide, "book-open"))
        rights = reverse("workflows:definition-rights", args=[key])
        if self.draws:
            tables = reverse("workflows:draft-tables", args=[key])
            actions.append(Action(_("Tables and forms"), tables, "table-2", in_menu=True))
        if self.object.shows_its_draft_to(self.request.user):
            history = reverse("workflows:draft-history", args=[key])
            actions.append(Action(_("History of the draft"), history, "history", in_menu=True))
        keeping = reverse("workflows:definition-retention", args=[key])
        return [
            *actions,
            Action(_("Rights"), rights, "shield-check", SET_RIGHTS, in_menu=True),
            Action(_("Keeping of cases"), keeping, "scroll-text", PURGE, in_menu=True),
        ]

    @cached_property
    def draws(self) -> bool:
        return self.object.may_be_drawn_by(self.request.user)

    @cached_property
    def shown_draft(self) -> ProcessDraft | None:
        """The draft, for those who draw or publish."""
        if not self.object.shows_its_draft_to(self.request.user):
            return None
        rows = ProcessDraft.objects.select_related("updated_by", "asked_by", "sent_back_by")
        return rows.filter(definition=self.object).first()

    @cached_property
    def reach(self) -> Reach | None:
        """Of which cases the figures may tell this reader."""
        return reach_of(self.request.user, self.object)

    @cached_property
    def starts(self) -> list[Start]:
        return starts_of(self.object)

    def tabs(self):
        draft = Tab("draft", _("Draft"), "workflows/definition_draft.html")
        starts = Tab(
            "starts", pgettext_lazy("workflows", "Automatic starts"), "workflows/definition_starts.html"
        )
        figures = Tab("figures", pgettext_lazy("figures", "Figures"), "workflows/definition_figures.html")
        return [
            Tab("diagram", _("Diagram"), "workflows/definition_diagram.html"),
            *([figures] if self.reach is not None and self.object.current_version_id is not None else []),
            *_tables_tab(self.object.current_version),
            *([starts] if self.starts else []),
            *([draft] if self.draws and self.shown_draft is not None else []),
            Tab("versions", _("Versions"), "workflows/definition_versions.html"),
        ]

    def tab_draft(self):
        language = get_language() or "zh-hans"
        shown = self.shown_draft
        names = element_names(shown.bpmn.encode())
        problems = lint(shown.bpmn, self.object, shown.decisions, mends=lambda one: True)
        found = [
            {
                "problem": one,
                "message": one.message(language),
                "hint": one.hint(language),
                "name": names.get(one.element or "", ""),
                "mend": one.mend.label(language) if one.mend is not None else "",
            }
            for one in problems
        ]
        return {
            "draft": shown,
            "may_take_back": True,
            "draws": self.draws,
            "errors": [one for one in found if one["problem"].severity == "error"],
            "warnings": [one for one in found if one["problem"].severity == "warning"],
        }

    def tab_diagram(self):
        version = self.object.current_version
        return _picture(self.request.user, self.object, version) if version is not None else {}

    def tab_figures(self):
        return FiguresPanel(self.request, self.object, self.reach).context()

    def tab_tables(self):
        return {"tables": tables_of(self.object.current_version_id)}

    def tab_starts(self):
        return {"starts": self.starts, "may_publish": self.request.user.may(PUBLISH)}

    def tab_versions(self):
        sides = sides_of(self.request.user, self.object)
        return {"table": version_table(self.request, self.object), "sides": sides if len(sides) > 1 else []}


class VersionDetail(DetailPage):
    """The picture of one version."""

    header_template = "workflows/version_header.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = _version(request.user, kwargs["key"], kwargs["number"])
        return super(DetailPage, self).dispatch(request, *args, **kwargs)

    def get_title(self):
        return _("%(process)s, version %(number)s") % {
            "process": self.object.definition.name,
            "number": self.object.number,
        }

    def crumbs(self):
        definition = self.object.definition
        url = reverse("workflows:definition-detail", args=[definition.key])
        return [Crumb(_("Processes"), reverse("workflows:definition-list")), Crumb(definition.name, url)]

    def actions(self):
        key, number = self.object.definition.key, self.object.number
        actions = []
        if number > 1:
            url = difference_url(key, number - 1, number)
            actions.append(Action(_("What changed"), url, "columns-2"))
        if self.object.definition.may_be_drawn_by(self.request.user):
            restore = reverse("workflows:version-restore", args=[key, number])
            actions.append(Action(_("Restore as draft"), restore, "rotate-ccw", in_dialog=True))
        return actions

    def tabs(self):
        return [Tab("diagram", _("Diagram"), "workflows/definition_diagram.html"), *_tables_tab(self.object)]

    def tab_diagram(self):
        return _picture(self.request.user, self.object.definition, self.object)

    def tab_tables(self):
        return {"tables": tables_of(self.object.pk)}


def _version(user, key: str, number: int) -> ProcessVersion:
    definitions = ProcessDefinition.objects.visible_to(user)
    return get_object_or_404(
        ProcessVersion.objects.select_related("definition", "published_by"),
        definition__in=definitions,
        definition__key=key,
        number=number,
    )


def _tables_tab(version: ProcessVersion | None) -> list[Tab]:
    """Where a version has decision tables."""
    if version is None or not version.decisions:
        return []
    return [Tab("tables", pgettext_lazy("workflows", "Decision tables"), "workflows/definition_tables.html")]


def _picture(user, definition: ProcessDefinition, version: ProcessVersion) -> dict[str, Any]:
    """The diagram, and the versions of other processes that it calls; with links for those who may look."""
    called = list(called_by(version).values()) if version.calls else []
    keys = [one.definition.key for one in called]
    seen = set(ProcessDefinition.objects.visible_to(user).filter(key__in=keys).values_list("key", flat=True))
    return {
        "diagram": Diagram(
            version_id=version.pk,
            xml_url=reverse("workflows:version-diagram", args=[definition.key, version.number]),
        ),
        "called": [
            {
                "name": one.definition.name,
                "number": one.number,
                "url": reverse("workflows:version-detail", args=[one.definition.key, one.number])
                if one.definition.key in seen
                else "",
            }
            for one in called
        ],
    }


@require_safe
@login_required
def version_diagram(request: HttpRequest, key: str, number: int) -> HttpResponse:
    return diagram_answer(_version(request.user, key, number).bpmn)


@require_POST
@login_required
def draft_mend(request: HttpRequest, key: str) -> HttpResponse:
    """Apply the mend of one problem to the draft, and say what was done."""
    given = request.POST
    wanted = Wanted(given.get("code", ""), given.get("element") or None, _number(given.get("line")))
    try:
        _draft, mend = mend_draft(
            definition_key=key,
            wanted=wanted,
            revision=_number(given.get("revision")) or 0,
            actor=request.user,
        )
    except ApplicationError as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request, gettext("Done: %(what)s") % {"what": mend.label(get_language() or "zh-hans")}
        )
    return redirect(f"{reverse('workflows:definition-detail', args=[key])}?tab=draft")


def _number(text: str | None) -> int | None:
    """A number as forms send it; nothing for anything else, also for one too long to be one."""
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else None
