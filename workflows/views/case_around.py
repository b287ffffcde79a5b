"""What stands around a case: what is said and filed about its business row, and the cases that belong with it.

A case has no discussion of its own beside that of its row: people would look in the wrong one. Only a case about
nothing is talked about itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.around.own import discussion, said_and_attached
from core.generic import Tab
from core.subjects import find
from workflows import registry
from workflows.models import ProcessInstance, WorkItem
from workflows.selectors.related import Related, related_cases
from workflows.views.words import Roles


@dataclass(frozen=True)
class Group:
    """Cases under one heading, each with where it stands."""

    title: str
    cases: list[tuple[ProcessInstance, list[str]]]


class Around:
    """The tabs that a case has besides its own, for whoever looks at it."""

    def __init__(self, request: HttpRequest, case: ProcessInstance) -> None:
        self.request, self.case = request, case
        self.row = self._row_in_sight()
        self.talked_about: Any = self.row
        if (
            not case.subject_id
            and ProcessInstance.objects.visible_to(self.reader).filter(pk=case.pk).exists()
        ):
            self.talked_about = case

    @property
    def reader(self) -> Any:
        return self.request.user

    def tabs(self) -> list[Tab]:
        found = []
        if self.talked_about is not None:
            count = said_and_attached(self.request, self.talked_about)
            found.append(
                Tab("discussion", gettext_lazy("Discussion"), "workflows/case_discussion.html", count)
            )
        if self.files():
            found.append(Tab("documents", gettext_lazy("Documents"), "workflows/case_documents.html"))
        found.append(Tab("related", gettext_lazy("Related cases"), "workflows/case_related.html"))
        return found

    def talk(self) -> dict[str, Any]:
        """The discussion of the row, which is one and the same on both pages."""
        about = None
        if self.row is not None:
            kind = registry.subject_types()[self.case.subject_type]
            about = {"label": kind.title_of_kind, "title": kind.title(self.row), "url": kind.url(self.row)}
        return {"about": about, **discussion(self.request, self.talked_about)}

    def files(self) -> list[registry.File]:
        kind = registry.subject_types().get(self.case.subject_type)
        return list(kind.files(self.row)) if kind is not None and self.row is not None else []

    def related(self) -> list[Group]:
        found = related_cases(self.reader, self.case, self.row)
        steps = _steps_of(found)
        titles = (
            (_("It was begun by"), found.beginners),
            (_("It has begun"), found.begun),
            (_("About the same"), found.about_the_same),
            (_("Of the same customer"), found.of_neighbours),
        )
        return [
            Group(title, [(one, steps.get(one.pk, [])) for one in cases]) for title, cases in titles if cases
        ]

    def _row_in_sight(self) -> models.Model | None:
        """The business row, if the reader sees it."""
        if self.case.subject_type not in registry.subject_types():
            return None
        try:
            row: models.Model = find(self.reader, self.case.subject_type, self.case.subject_id)
        except ObjectDoesNotExist:
            return None
        return row


def _steps_of(found: Related) -> dict[int, list[str]]:
    """Where each open case stands, and with whom, in one statement."""
    every = [*found.beginners, *found.begun, *found.about_the_same, *found.of_neighbours]
    items = WorkItem.objects.open().filter(instance__in=[one.pk for one in every if one.is_open])
    roles, told = Roles(), dict[int, list[str]]()
    for item in items.select_related("assignee").order_by("pk"):
        who = item.assignee.name if item.assignee else roles[item.role]
        told.setdefault(item.instance_id, []).append(f"{item.name} · {who}")
    return told
