"""A case as it was at any point of its history: the diagram, what was open, the data."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from core.generic.base import Crumb, Page
from workflows.models import HistoryEvent, WorkItem
from workflows.selectors import case_for
from workflows.selectors.cases import may_do
from workflows.selectors.diagram import open_rows
from workflows.selectors.then import Data, data_at, moment_of
from workflows.services.incidents import EDIT
from workflows.views.cases import case_name
from workflows.views.diagrams import Diagram
from workflows.views.timeline import Entry, Timeline, Waiting, people_named_by
from workflows.views.words import Labels, Roles


@dataclass(frozen=True)
class Shown:
    """One of the case's data, by the name people know it under."""

    label: str
    value: str
    is_changed: bool


class CaseThen(Page):
    """The end of one step; one goes on to the next and back."""

    template_name = "workflows/then.html"

    def get(self, request, *args, **kwargs):
        self.object = case_for(request.user, kwargs["pk"])
        self.labels, self.roles = Labels(), Roles()
        self.timeline = Timeline(self.object, self.labels)
        try:
            self.then = moment_of(self.object, min(kwargs["seq"], 2**31 - 1))
        except HistoryEvent.DoesNotExist as error:
            raise Http404("There is no such event.") from error
        return super().get(request, *args, **kwargs)

    def get_title(self):
        return _("As it was then")

    def crumbs(self):
        url = reverse("workflows:case-detail", args=[self.object.pk])
        return [
            Crumb(_("Cases"), reverse("workflows:case-list")),
            Crumb(case_name(self.object), url),
            Crumb(_("History"), f"{url}?tab=history"),
        ]

    def get_context_data(self, **kwargs):
        case = self.object
        waiting = self.waiting()
        rows = HistoryEvent.objects.filter(instance=case.pk)
        return super().get_context_data(
            object=case,
            then=self.then,
            happened=self.happened(),
            waiting=waiting,
            diagram=Diagram(
                version_id=case.version_id,
                xml_url=reverse("workflows:case-diagram", args=[case.pk]),
                case=case,
                waiting=waiting,
                labels=self.labels,
                then=self.then,
            ),
            data=self.data(),
            # A step is one stop: the one before ends before its first event.
            before=rows.filter(at__lt=self.then.at).order_by("-seq").values_list("seq", flat=True).first(),
            after=rows.filter(seq__gt=self.then.last).order_by("seq").values_list("seq", flat=True).first(),
            last=case.last_event,
            **kwargs,
        )

    def happened(self) -> list[Entry]:
        """What the step consisted of."""
        events = HistoryEvent.objects.filter(
            instance=self.object.pk, at=self.then.at, seq__lte=self.then.last
        )
        found = list(events.select_related("actor", "on_behalf_of").order_by("seq"))
        self.timeline.people = people_named_by(found)
        return self.timeline.told(found)

    def waiting(self) -> list[Waiting]:
        items = open_rows(WorkItem, self.object, self.then).select_related("assignee").order_by("pk")
        return [Waiting(one, one.assignee.name if one.assignee else self.roles[one.role]) for one in items]

    def data(self) -> dict[str, object] | None:
        """For those who may change the data of the case; others see what people filled in, in the history."""
        if not may_do(self.request.user, EDIT, self.object):
            return None
        found = data_at(self.object, self.then)
        return {"rows": self._rows(found), "is_whole": found.is_whole}

    def _rows(self, found: Data) -> list[Shown]:
        definition = self.timeline.definition
        asked = [field for one in definition.elements.values() for field in one.form]
        fields = {one.id: one for one in (*definition.start_fields, *asked)}
        rows = []
        for name, value in found.values.items():
            known, element = fields.get(name), definition.elements.get(name)
            label = known.label(self.labels.language) if known is not None else name
            if element is not None:
                label = element.label(self.labels.language)
            rows.append(Shown(label, self._plain(name, value, known), name in found.changed))
        return rows

    def _plain(self, name, value, known) -> str:
        if isinstance(value, dict):
            outcome = value.get("outcome")
            told = (
                {**value, "outcome": self.labels.outcome(self.timeline.definition, name, outcome)}
                if (outcome)
                else value
            )
            parts = (
                f"{key}: {self.timeline.plain(one)}" for key, one in told.items() if one not in (None, "")
            )
            return "; ".join(parts) or "—"
        return self.timeline.plain(value, known)
