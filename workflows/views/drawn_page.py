"""What the pages of the parts of a draft share: who may open them, and what is drawn."""

from __future__ import annotations

from collections.abc import Mapping

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from core.generic.base import Crumb, Page
from workflows.engine import element_names
from workflows.engine.asking import asked_tables
from workflows.models import ProcessDefinition
from workflows.services.drawing_parts import Drawing, drawing_of, vocabulary_of
from workflows.services.drawing_rights import require_drawing
from workflows.views.words import listed, reader_language


class DrawnPage(Page):
    """A page about what is drawn of a process: strangers get 404, who only reads 403."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            rows = ProcessDefinition.objects.visible_to(request.user).select_related("current_version")
            self.definition = get_object_or_404(rows, key=kwargs["key"])
            require_drawing(self.definition, request.user)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def drawing(self) -> Drawing:
        return drawing_of(self.definition)

    @cached_property
    def step_names(self) -> Mapping[str, str]:
        drawn = self.drawing.bpmn.encode()
        return element_names(drawn, reader_language()) if drawn else {}

    def crumbs(self):
        key = self.definition.key
        return [
            Crumb(gettext_lazy("Processes"), reverse("workflows:definition-list")),
            Crumb(self.definition.name, reverse("workflows:definition-detail", args=[key])),
        ]

    @cached_property
    def asked(self) -> dict[str, list[str]]:
        """The steps that ask each table."""
        return {name: one.steps for name, one in self._asking[0].items()}

    @cached_property
    def _asking(self):
        return asked_tables(
            self.drawing.bpmn.encode(),
            vocabulary_of(self.definition),
            process_id=self.definition.key,
            decisions=self.drawing.decisions,
        )

    def names_for(self, table: str):
        """What the expressions of a table may name."""
        asked, of_process = self._asking
        return asked[table].names if table in asked else of_process

    def steps_asking(self, table: str) -> str:
        return listed(self.step_names.get(step) or step for step in self.asked.get(table, []))
