"""The forms of a draft: which steps ask people for something."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.generic.base import Action
from workflows import registry
from workflows.engine.definition import pick_label
from workflows.engine.drawing_forms import FieldSheet, step_forms
from workflows.views.drawn_page import DrawnPage
from workflows.views.words import reader_language

KINDS = {
    "startEvent": gettext_lazy("Start"),
    "userTask": gettext_lazy("Step of a person"),
    "manualTask": gettext_lazy("Step of a person"),
    "task": gettext_lazy("Step of a person"),
}


class FormList(DrawnPage):
    """Which steps ask people for something, each with its fields."""

    template_name = "workflows/form_list.html"
    title = pgettext_lazy("workflows", "Forms")

    def actions(self):
        url = reverse("workflows:draft-tables", args=[self.definition.key])
        return [Action(pgettext_lazy("workflows", "Decision tables"), url, "table-2")]

    def get_context_data(self, **kwargs):
        language = reader_language()
        work_forms = registry.work_forms()
        steps = [
            {
                "id": one.id,
                "name": pick_label(one.labels, language, one.id) or KINDS[one.kind],
                "kind": KINDS[one.kind],
                "fields": [_name(sheet) for sheet in one.fields],
                "work_form": one.work_form,
                "is_known": one.work_form in work_forms,
            }
            for one in step_forms(self.drawing.bpmn, self.definition.key)
        ]
        return super().get_context_data(definition=self.definition, steps=steps, **kwargs)


def _name(sheet: FieldSheet) -> Any:
    return (sheet.english if reader_language() == "en" else "") or sheet.label or sheet.id
