"""The decision tables of a draft: which there are, and each as a page to change it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.errors import ApplicationError, Conflict
from core.generic import FormPage
from core.generic.base import Action, Crumb, Page
from workflows.engine import DefinitionError, element_names
from workflows.engine.asking import asked_tables
from workflows.engine.decisions.sheets import (
    Checked,
    ConditionColumn,
    ResultColumn,
    Row,
    Sheet,
    check_table,
    read_sheet,
)
from workflows.engine.decisions.writing import write_sheet
from workflows.models import ProcessDefinition
from workflows.selectors.drawing_names import names_at
from workflows.services.drawing_parts import (
    TABLE_NAME,
    Drawing,
    delete_table,
    drawing_of,
    fingerprint,
    save_table,
    vocabulary_of,
)
from workflows.services.drawing_rights import require_drawing
from workflows.views.table_deeds import apply_deed
from workflows.views.table_findings import Finding, findings_of, tried
from workflows.views.table_sheet import (
    POLICIES,
    TYPES,
    kinds_of,
    posted_sheet,
    result_cell,
    rows_of,
    shown_type,
)
from workflows.views.words import listed, reader_language

DELETED = "deleted_table"


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
        return element_names(self.drawing.bpmn.encode()) if self.drawing.bpmn else {}

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


class TableEdit(DrawnPage):
    """One table: its columns and rules, what the engine says of them, and a row to try.

    Every button but "Save" only changes the form; the server draws it anew and writes nothing."""

    template_name = "workflows/table_edit.html"

    def dispatch(self, request, *args, **kwargs):
        self.name = kwargs["name"]
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return _("Decision table")

    def crumbs(self):
        url = reverse("workflows:draft-tables", args=[self.definition.key])
        return [*super().crumbs(), Crumb(pgettext_lazy("workflows", "Decision tables"), url)]

    @cached_property
    def held(self) -> str | None:
        return self.drawing.decisions.get(self.name)

    def get(self, request, *args, **kwargs):
        if self.held is None:
            raise Http404("There is no such table.")
        try:
            sheet = read_sheet(self.held, self.name)
        except DefinitionError as error:
            said = [one.message(reader_language()) for one in error.problems]
            return self.render_to_response(self.get_context_data(unreadable=said, name=self.name))
        return self.show(sheet, self.held)

    def post(self, request, *args, **kwargs):
        data = request.POST
        began, over = data.get("began_from", ""), data.get("over", "")
        now = fingerprint(self.held)
        before = self._before() if began == now else None
        sheet = posted_sheet(data, before)
        deed = "save" if over else data.get("deed", "check")
        began = over or began
        base = self.held if now == began and self._before() is not None else None
        written = write_sheet(sheet, base, name=self.name)
        if deed == "save":
            return self.save(sheet, written, began)
        undo, focus = apply_deed(deed, sheet, self.checked(written), data.get("undo", ""))
        expert = {"expert": True, "simple": False}.get(deed, "is_expert" in data)
        if deed == "default":
            for column in sheet.results:
                column.default = None if column.default is not None else ""
        return self.show(sheet, base, began=began, expert=expert, undo=undo, focus=focus)

    def _before(self) -> Sheet | None:
        try:
            return read_sheet(self.held or "", self.name)
        except DefinitionError:
            return None

    def checked(self, dmn: str) -> Checked:
        return check_table(dmn, self.names_for(self.name), self.name)

    def save(self, sheet: Sheet, dmn: str, began: str) -> HttpResponse:
        key = self.definition.key
        try:
            save_table(definition_key=key, name=self.name, dmn=dmn, began_from=began, actor=self.request.user)
        except Conflict as refusal:
            return self.show(sheet, None, began=began, refusal=str(refusal), status=409)
        except ApplicationError as refusal:
            return self.show(sheet, None, began=began, refusal=str(refusal), status=refusal.status)
        if any(one.severity == "error" for one in self.checked(dmn).problems):
            messages.warning(
                self.request, _("Saved. The table still has mistakes: the draft cannot be published yet.")
            )
        else:
            messages.success(self.request, _("The table is saved with the draft."))
        return redirect("workflows:draft-table", key, self.name)

    # What is shown --------------------------------------------------------------------------------

    def show(
        self,
        sheet: Sheet,
        base: str | None,
        *,
        began: str | None = None,
        expert: bool = False,
        undo: str = "",
        focus: str = "",
        refusal: str = "",
        status: int = 200,
    ) -> HttpResponse:
        checked = self.checked(write_sheet(sheet, base, name=self.name))
        seen = self._names_seen()
        conditions, results = kinds_of(sheet, checked, {one["path"]: one["labels"] for one in seen})
        rows = rows_of(sheet, conditions, results, expert=expert)
        found = findings_of(sheet, checked)
        defaults = [
            result_cell(f"d-o{at}", one.default, kind, expert=expert)
            for at, (one, kind) in enumerate(zip(sheet.results, results, strict=True))
            if one.default is not None
        ]
        cells = {cell.at: cell for row in rows for cell in (*row.conditions, *row.results)}
        cells |= {cell.at: cell for cell in defaults}
        for one in found:
            if one.is_error and one.at in cells:
                cells[one.at].errors.append(one.short)
        context = self.get_context_data(
            definition=self.definition,
            name=self.name,
            steps=self.steps_asking(self.name),
            sheet=sheet,
            inputs=_heads(sheet.conditions, conditions, found, "i"),
            outputs=_heads(sheet.results, results, found, "o"),
            rows=rows,
            defaults=defaults,
            policy=sheet.aggregation or sheet.hit_policy,
            policies=POLICIES.items(),
            types=TYPES.items(),
            names=seen,
            findings=found,
            tried=tried(self.request.POST, sheet, checked, conditions),
            began=fingerprint(self.held) if began is None else began,
            now=fingerprint(self.held),
            is_expert=expert,
            undo=undo,
            focus=focus,
            refusal=refusal,
            is_open=not all(one.expression for one in sheet.conditions) or focus.endswith("label"),
        )
        return self.render_to_response(context, status=status)

    def _names_seen(self) -> list[dict[str, Any]]:
        """The names to choose from, with their words, at the step that asks."""
        groups = names_at(self.definition, self.drawing.bpmn, self.drawing.decisions)["groups"]
        steps = self.asked.get(self.name, [])
        for group in groups:
            if not steps or steps[0] in group["elements"]:
                return list(group["names"])
        return []


def _heads(columns: Any, kinds: Any, found: list[Finding], letter: str) -> list[dict[str, Any]]:
    english = reader_language() == "en"
    return [
        {
            "at": f"{letter}{at}",
            "column": column,
            "kind": kind,
            "type": shown_type(column.type_ref),
            "title": (column.english if english else "")
            or column.label
            or getattr(column, "expression", "")
            or getattr(column, "name", ""),
            "errors": [one.short for one in found if one.at == f"{letter}{at}-head"],
        }
        for at, (column, kind) in enumerate(zip(columns, kinds, strict=True))
    ]
