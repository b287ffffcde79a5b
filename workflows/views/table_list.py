"""The decision tables of a draft: which there are, deleted and brought back, and a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.errors import ApplicationError
from core.generic import FormPage
from core.generic.base import Action
from workflows.engine import DefinitionError
from workflows.engine.decisions.sheets import (
    ConditionColumn,
    ResultColumn,
    Row,
    Sheet,
    check_table,
    read_sheet,
)
from workflows.engine.decisions.writing import write_sheet
from workflows.services.drawing_parts import TABLE_NAME, delete_table, save_table
from workflows.views.drawn_page import DrawnPage
from workflows.views.words import reader_language

DELETED = "deleted_table"


class TableList(DrawnPage):
    """Which tables the draft has, and the steps that ask each."""

    template_name = "workflows/table_list.html"
    title = pgettext_lazy("workflows", "Decision tables")

    def actions(self):
        key = self.definition.key
        return [
            Action(
                pgettext_lazy("workflows", "Forms"),
                reverse("workflows:draft-forms", args=[key]),
                "list-checks",
            ),
            Action(
                gettext_lazy("New table"),
                reverse("workflows:draft-table-new", args=[key]),
                "plus",
                style="primary",
            ),
        ]

    def post(self, request, *args, **kwargs):
        """Delete a table, or bring back the one that was deleted last."""
        key = self.definition.key
        try:
            if "undo" in request.POST:
                self._bring_back(request.session.pop(DELETED, None))
            else:
                name = request.POST.get("delete", "")
                dmn = delete_table(definition_key=key, name=name, actor=request.user)
                request.session[DELETED] = {"key": key, "name": name, "dmn": dmn}
                messages.success(request, _("The table %(name)s is deleted.") % {"name": name})
        except ApplicationError as refusal:
            messages.warning(request, str(refusal))
        return redirect("workflows:draft-tables", key)

    def _bring_back(self, deleted: Any) -> None:
        if not isinstance(deleted, dict) or deleted.get("key") != self.definition.key:
            return
        save_table(
            definition_key=self.definition.key,
            name=deleted["name"],
            dmn=deleted["dmn"],
            began_from="",
            actor=self.request.user,
        )
        messages.success(self.request, _("The table %(name)s is back.") % {"name": deleted["name"]})

    def get_context_data(self, **kwargs):
        deleted = self.request.session.get(DELETED)
        return super().get_context_data(
            definition=self.definition,
            tables=[self._row(name, text) for name, text in sorted(self.drawing.decisions.items())],
            deleted=deleted if deleted and deleted["key"] == self.definition.key else None,
            **kwargs,
        )

    def _row(self, name: str, text: str) -> dict[str, Any]:
        checked = check_table(text, self.names_for(name), name)
        try:
            sheet = read_sheet(text, name)
        except DefinitionError:
            sheet = Sheet(name)
        return {
            "name": name,
            "title": (sheet.english if reader_language() == "en" else "") or sheet.label or name,
            "rules": len(sheet.rows),
            "steps": self.steps_asking(name),
            "errors": sum(one.severity == "error" for one in checked.problems),
            "warnings": sum(one.severity == "warning" for one in checked.problems),
        }


class NewTableForm(forms.Form):
    label = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=50)
    english = forms.CharField(label=gettext_lazy("Name in English"), max_length=50, required=False)
    name = forms.RegexField(
        TABLE_NAME,
        label=gettext_lazy("Name in the diagram"),
        max_length=60,
        help_text=gettext_lazy("Steps ask the table by it. Letters, digits, - and _."),
    )


class TableNew(DrawnPage, FormPage):
    """A table begins with a condition, a result and a rule, each still to be filled in."""

    title = gettext_lazy("New table")
    form_class = NewTableForm
    keep_no_draft = True
    done_message = gettext_lazy("Now say what the table looks at and what it decides.")

    def cancel_url(self):
        return reverse("workflows:draft-tables", args=[self.definition.key])

    def save(self, form):
        given = form.cleaned_data
        sheet = Sheet(
            given["label"],
            given["english"],
            "FIRST",
            conditions=[ConditionColumn()],
            results=[ResultColumn(name="result")],
            rows=[Row(["-"], [""])],
        )
        save_table(
            definition_key=self.definition.key,
            name=given["name"],
            dmn=write_sheet(sheet, None, name=given["name"]),
            began_from="",
            actor=self.request.user,
        )
        return reverse("workflows:draft-table", args=[self.definition.key, given["name"]])
