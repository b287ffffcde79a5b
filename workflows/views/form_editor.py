"""The form of a step as a page to change it on."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from core.errors import ApplicationError, Conflict
from core.generic.base import Crumb
from workflows.engine.definition import pick_label
from workflows.engine.drawing_forms import FieldSheet, StepForm, form_fields, step_forms
from workflows.engine.formwriting import written_form
from workflows.selectors.drawing_names import names_at
from workflows.services.definitions import lint
from workflows.services.drawing_parts import fingerprint, save_form, vocabulary_of
from workflows.views.diagram_form import is_asked, preview_form, shown_answer
from workflows.views.drawn_page import DrawnPage
from workflows.views.form_conditions import (
    ConditionRow,
    Known,
    condition_row,
    known_names,
    names_for,
    take_conditions,
)
from workflows.views.form_deeds import apply_deed
from workflows.views.form_sheet import FIELD_TYPES, FieldRow, as_written, posted_fields
from workflows.views.words import reader_language


class FormEdit(DrawnPage):
    """One form: its fields, what is said of them, and how people will see it.

    Every button but "Save" only changes the page; the server draws it anew and writes nothing."""

    template_name = "workflows/form_edit.html"
    # Fields whose condition is wanted as an expression.
    free: frozenset[int] = frozenset()

    def get_title(self):
        name = pick_label(self.step.labels, reader_language(), self.step.id) or self.step.id
        return _("Form of “%(step)s”") % {"step": name}

    def crumbs(self):
        url = reverse("workflows:draft-forms", args=[self.definition.key])
        return [*super().crumbs(), Crumb(pgettext_lazy("workflows", "Forms"), url)]

    @cached_property
    def step(self) -> StepForm:
        for one in step_forms(self.drawing.bpmn, self.definition.key):
            if one.id == self.kwargs["step"] and not one.work_form:
                return one
        raise Http404("There is no such step, or its form is part of the program.")

    def get(self, request, *args, **kwargs):
        return self.show(self.step.fields)

    def post(self, request, *args, **kwargs):
        data = request.POST
        began, over = data.get("began_from", ""), data.get("over", "")
        is_fresh = began == fingerprint(self.step.text)
        fields = posted_fields(data, self.step.fields if is_fresh else [])
        self.free = take_conditions(data, fields, self.names)
        if is_asked(request):
            return shown_answer(
                self._preview(written_form(self.drawing.bpmn, self.step.id, as_written(fields)))
            )
        if over or data.get("deed") == "save":
            return self.save(fields, over or began)
        undo, focus = apply_deed(data.get("deed", ""), fields, data.get("undo", ""))
        return self.show(fields, began=began, undo=undo, focus=focus)

    def save(self, fields: list[FieldSheet], began: str) -> HttpResponse:
        key = self.definition.key
        try:
            save_form(
                definition_key=key,
                element=self.step.id,
                fields=as_written(fields),
                began_from=began,
                actor=self.request.user,
            )
        except ApplicationError as refusal:
            stale = isinstance(refusal, Conflict)
            return self.show(fields, began=began, refusal=refusal, is_stale=stale, status=refusal.status)
        messages.success(self.request, _("The form is saved with the draft."))
        return redirect("workflows:draft-form", key, self.step.id)

    def show(
        self,
        fields: list[FieldSheet],
        *,
        began: str | None = None,
        undo: str = "",
        focus: str = "",
        refusal: ApplicationError | None = None,
        is_stale: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        written = fields if self.request.method == "GET" else as_written(fields)
        bpmn = written_form(self.drawing.bpmn, self.step.id, written)
        rows = [FieldRow(f"f{at}", sheet, self._condition(sheet, fields)) for at, sheet in enumerate(fields)]
        said = self._said(bpmn, rows)
        for row in rows:
            row.errors.extend(refusal.errors.get(f"{row.at}-id", []) if refusal is not None else [])
        now = fingerprint(self.step.text)
        context = self.get_context_data(
            definition=self.definition,
            rows=rows,
            said=said,
            types=FIELD_TYPES.items(),
            preview=self._preview(bpmn),
            began=now if began is None else began,
            now=now,
            undo=undo,
            focus=focus,
            refusal=str(refusal) if refusal is not None else "",
            is_stale=is_stale,
        )
        return self.render_to_response(context, status=status)

    def _said(self, bpmn: str, rows: list[FieldRow]) -> list[str]:
        """What the lint says of these fields: beside those it names, else on its own."""
        language = reader_language()
        known = {row.sheet.id: row for row in rows if row.sheet.id}
        said = []
        for one in lint(bpmn, self.definition, self.drawing.decisions):
            named = str(one.params.get("field") or one.params.get("name", ""))
            if one.element != self.step.id and not (one.code == "name_taken" and named in known):
                continue
            text = one.message(language)
            row = known.get(named) if one.element == self.step.id or one.code == "name_taken" else None
            if row is not None and one.severity == "error":
                row.errors.append(text)
            elif one.severity == "error" and one.code in FORM_CODES:
                said.append(text)
        return said

    def _condition(self, sheet: FieldSheet, fields: list[FieldSheet]) -> ConditionRow:
        return condition_row(sheet, names_for(sheet, fields, self.names), is_free=id(sheet) in self.free)

    @cached_property
    def names(self) -> list[Known]:
        """What a condition may read at this step besides the fields of its form: nothing yet when a case starts."""
        if self.step.kind == "startEvent":
            return []
        found = names_at(self.definition, self.drawing.bpmn, self.drawing.decisions)
        step = self.step.id
        told = next((one["names"] for one in found["groups"] if step in one["elements"]), [])
        return known_names(told, step, found["before"].get(step, []))

    def _preview(self, bpmn: str) -> forms.Form:
        """The form as the page of a task draws it, with what was typed into it."""
        fields = form_fields(
            bpmn,
            self.step.id,
            vocabulary_of(self.definition),
            process_id=self.definition.key,
            decisions=self.drawing.decisions,
        )
        return preview_form(fields, self.request.POST)


# What the lint says of a form without naming one of its fields.
FORM_CODES = frozenset(
    {"bad_flag", "bad_bound", "bound_not_possible", "bad_default", "bad_name", "form_empty", "bounds_crossed"}
)
