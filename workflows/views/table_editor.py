"""A decision table of a draft as a page to change it on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from core.errors import ApplicationError, Conflict
from core.generic.base import Crumb
from workflows.engine import DefinitionError
from workflows.engine.decisions.sheets import Checked, Sheet, check_table, read_sheet
from workflows.engine.decisions.writing import write_sheet
from workflows.selectors.drawing_names import names_at
from workflows.services.drawing_parts import fingerprint, save_table
from workflows.views.drawn_page import DrawnPage
from workflows.views.table_deeds import apply_deed
from workflows.views.table_fields import kinds_of, result_cell, rows_of
from workflows.views.table_findings import Finding, findings_of, tried
from workflows.views.table_sheet import POLICIES, TYPES, posted_sheet, shown_type
from workflows.views.words import reader_language


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
