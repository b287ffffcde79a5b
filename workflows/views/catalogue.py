"""Start a process: those that one may begin, what each is for, and about which row it shall begin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.generic import ActionView
from core.generic.base import Crumb, Page
from core.search import normalised
from core.subjects import SubjectKind, kind_named
from core.templatetags.ui import lasted
from workflows.definitions import definition_of, said_by_version
from workflows.models import ProcessDefinition
from workflows.selectors.processes import Usage, process_to_read, processes_to_start, usage_of
from workflows.services import start_process
from workflows.services.definitions import first_roles
from workflows.services.favourites import favourites_of
from workflows.services.starting import rows_to_start
from workflows.views.diagram_form import ShownAsTyped, diagram_form, plain
from workflows.views.starting import asked_at_start
from workflows.views.words import Labels, Roles, listed, reader_language

# Rows among which one chooses; whoever looks for another one searches.
MOST_ROWS = 20
# How many rows are looked at for those about which it makes sense now.
MOST_LOOKED_AT = 100
# A line on what a process is for; its guide has the rest.
LONGEST_PURPOSE = 160


@dataclass(frozen=True)
class Offered:
    """A process of the catalogue."""

    process: ProcessDefinition
    purpose: str
    first: str
    usage: Usage = field(default_factory=Usage)
    kind: SubjectKind | None = None
    is_favourite: bool = False

    @property
    def takes(self) -> str:
        """How long it usually takes; empty as long as none has ended."""
        return lasted(self.usage.median) if self.usage.median is not None else ""

    def holds(self, text: str) -> bool:
        words = [self.process.name_zh, self.process.name_en, self.purpose, self.first]
        return text in normalised(" ".join(words)[:1000])


class Catalogue(Page):
    """What this person may begin: what they have put a star on first, then the most used by them."""

    template_name = "workflows/catalogue.html"
    title = _("Start a process")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        processes, roles = processes_to_start(user), Roles()
        usage, stars = usage_of(user, processes), favourites_of(user)
        offered = [_offered(one, usage[one.pk], roles, one.pk in stars) for one in processes]
        offered.sort(
            key=lambda one: (not one.is_favourite, -one.usage.mine, -one.usage.finished, one.process.name)
        )
        asked = self.request.GET.get("q", "").strip()[:100]
        shown = [one for one in offered if one.holds(normalised(asked))] if asked else offered
        return super().get_context_data(offered=shown, is_empty=not offered, asked=asked, **kwargs)


def _offered(process: ProcessDefinition, usage: Usage, roles: Roles, is_favourite: bool) -> Offered:
    version = process.current_version
    assert version is not None  # noqa: S101 - only published ones are offered
    said = said_by_version(version.pk, process.key)
    text = said.get(reader_language()) or next(iter(said.values()), "")
    purpose = text.split("\n\n")[0]
    if len(purpose) > LONGEST_PURPOSE:
        purpose = f"{purpose[: LONGEST_PURPOSE - 1]}…"
    first = listed(roles[code] for code in first_roles(definition_of(version.pk)))
    return Offered(process, purpose, first, usage, kind_named(process.subject_type), is_favourite)


class ProcessStart(ShownAsTyped, ActionView):
    """Begin a case of one process: what it asks for, or the rows about which it may begin."""

    title = _("Start a process")
    template_name = "workflows/process_start.html"
    submit_label = pgettext_lazy("process", "Start")
    done_message = _("The process has started.")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = process_to_read(request.user, kwargs["key"])
            if self.object not in processes_to_start(request.user):
                raise PermissionDenied("workflows.start_process")
        return super(ActionView, self).dispatch(request, *args, **kwargs)

    def get_title(self):
        return self.object.name

    def crumbs(self):
        return [Crumb(_("Start a process"), reverse("workflows:catalogue"))]

    def done_url(self):
        return reverse("workflows:catalogue")

    @cached_property
    def kind(self) -> SubjectKind | None:
        """The kind of row a case is about; None for a process about nothing but itself."""
        return kind_named(self.object.subject_type)

    def get_form(self, data=None, files=None):
        return diagram_form(asked_at_start(self.object), Labels(), data)

    def run(self, form):
        answers = {name: plain(value) for name, value in form.cleaned_data.items()}
        case = start_process(definition_key=self.object.key, data=answers, actor=self.request.user)
        return reverse("workflows:case-detail", args=[case.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET.get("q", "").strip()[:100]
        return super().get_context_data(
            kind=self.kind,
            rows=self._rows(asked) if self.kind is not None else [],
            asked=asked,
            list_url=reverse(self.kind.list_url_name) if self.kind and self.kind.list_url_name else "",
            **kwargs,
        )

    def _rows(self, asked: str) -> list[dict[str, str]]:
        """The newest rows that one sees and about which it may begin now."""
        kind, user = self.kind, self.request.user
        if kind is None:
            return []
        found = kind.found(user, asked) if asked else None
        seen = found if found is not None else kind.rows_for(user)
        rows = rows_to_start(user, self.object, list(seen.order_by("-pk")[:MOST_LOOKED_AT]))
        return [
            {
                "title": kind.title(row),
                "text": kind.text(row),
                "url": f"{reverse('workflows:case-start', args=[kind.code, row.pk])}?process={self.object.key}",
            }
            for row in rows[:MOST_ROWS]
        ]
