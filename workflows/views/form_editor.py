"""The forms of a draft: which steps ask people for something, and each form as a page to change it on."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.errors import ApplicationError, Conflict
from core.generic.base import Action, Crumb
from core.generic.widgets import dress
from workflows import registry
from workflows.engine.definition import pick_label
from workflows.engine.drawing_forms import (
    ChoiceSheet,
    FieldSheet,
    StepForm,
    form_fields,
    step_forms,
    written_form,
)
from workflows.services.definitions import lint
from workflows.services.drawing_parts import fingerprint, save_form
from workflows.views.table_editor import DrawnPage
from workflows.views.task_form import form_field
from workflows.views.words import Labels, reader_language

MOST_FIELDS = 60
FIELD_TYPES = {
    "text": pgettext_lazy("data type", "Text"),
    "integer": gettext_lazy("Whole number"),
    "decimal": gettext_lazy("Number"),
    "boolean": gettext_lazy("Yes or no"),
    "date": gettext_lazy("Day"),
    "datetime": gettext_lazy("Moment"),
    "choice": gettext_lazy("Choice"),
}
KINDS = {
    "startEvent": gettext_lazy("Start"),
    "userTask": gettext_lazy("Step of a person"),
    "manualTask": gettext_lazy("Step of a person"),
    "task": gettext_lazy("Step of a person"),
}
TEXTS = ("id", "label", "english", "minimum", "maximum", "min_length", "max_length", "default")
FLAGS = ("required", "multiline", "readonly")


@dataclass
class FieldRow:
    """A field of the form with what is said of it."""

    at: str
    sheet: FieldSheet
    errors: list[str] = field(default_factory=list)

    @property
    def is_bounded(self) -> bool:
        return self.sheet.type in ("integer", "decimal", "date")

    @property
    def choices(self) -> str:
        return "\n".join(
            " | ".join((one.value, one.label, one.english)).rstrip(" |") for one in self.sheet.choices
        )


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


class FormEdit(DrawnPage):
    """One form: its fields, what is said of them, and how people will see it.

    Every button but "Save" only changes the page; the server draws it anew and writes nothing."""

    template_name = "workflows/form_edit.html"

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
                fields=fields,
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
        bpmn = written_form(self.drawing.bpmn, self.step.id, fields)
        rows = [FieldRow(f"f{at}", sheet) for at, sheet in enumerate(fields)]
        said = self._said(bpmn, rows)
        for row in rows:
            row.errors.extend(refusal.errors.get(f"{row.at}-id", []) if refusal is not None else [])
        now = fingerprint(self.step.text)
        context = self.get_context_data(
            definition=self.definition,
            rows=rows,
            said=said,
            types=FIELD_TYPES.items(),
            preview=_preview(bpmn, self.step.id),
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
            named = str(one.params.get("name", ""))
            if one.element != self.step.id and not (one.code == "name_taken" and named in known):
                continue
            text = one.message(language)
            row = known.get(named) if one.element == self.step.id or one.code == "name_taken" else None
            if row is not None and one.severity == "error":
                row.errors.append(text)
            elif one.severity == "error" and one.code in FORM_CODES:
                said.append(text)
        return said


# What the lint says of a form without naming one of its fields.
FORM_CODES = frozenset(
    {"bad_flag", "bad_bound", "bound_not_possible", "bad_default", "bad_name", "form_empty", "bounds_crossed"}
)


def posted_fields(data: QueryDict, before: list[FieldSheet]) -> list[FieldSheet]:
    """The fields that were typed."""
    count = data.get("fields", "")
    found = []
    for n in range(min(int(count), MOST_FIELDS) if count.isdecimal() and len(count) < 4 else 0):
        at = f"f{n}"
        origin = data.get(f"{at}-origin", "")
        kind = data.get(f"{at}-type", "text")
        sheet = FieldSheet(type=kind if kind in FIELD_TYPES else "text")
        for name in TEXTS:
            setattr(sheet, name, data.get(f"{at}-{name}", "").strip()[:500])
        for name in FLAGS:
            setattr(sheet, name, f"{at}-{name}" in data)
        if sheet.type == "choice":
            sheet.choices = _choices(data.get(f"{at}-choices", ""))
        if origin.isdecimal() and len(origin) < 4 and int(origin) < len(before):
            sheet.origin = int(origin)
        found.append(sheet)
    return found


def _choices(text: str) -> list[ChoiceSheet]:
    """A line each: value | Chinese | English."""
    found = []
    for line in text.replace("｜", "|").splitlines()[:100]:
        value, label, english = [part.strip()[:200] for part in [*line.split("|", 2), "", ""][:3]]
        if value:
            found.append(ChoiceSheet(value, label, english))
    return found


def apply_deed(deed: str, fields: list[FieldSheet], undo: str) -> tuple[str, str]:
    """Do what a button says, "drop.3". Gives (what to undo it with, where to go on)."""
    name, _dot, place = deed.partition(".")
    at = int(place) if place.isdecimal() and len(place) < 4 else 0
    if name == "add" and len(fields) < MOST_FIELDS:
        fields.append(FieldSheet(id=_free_id(fields, "field")))
        return "", f"f{len(fields) - 1}-label"
    if name == "undo":
        return "", _bring_back(fields, undo)
    if not at < len(fields):
        return "", ""
    if name == "drop":
        return json.dumps({"at": at, "field": asdict(fields.pop(at))}), ""
    if name in ("up", "down"):
        other = at + (-1 if name == "up" else 1)
        if 0 <= other < len(fields):
            fields[at], fields[other] = fields[other], fields[at]
            return "", f"{name}.{other}"
    if name == "copy" and len(fields) < MOST_FIELDS:
        copied = deepcopy(fields[at])
        copied.origin, copied.id = None, _free_id(fields, copied.id or "field")
        fields.insert(at + 1, copied)
        return "", f"f{at + 1}-label"
    return "", ""


def _bring_back(fields: list[FieldSheet], undo: str) -> str:
    """The field that was taken away last, where it was; nothing if what is given is no field."""
    try:
        found = json.loads(undo)
        at, given = int(found["at"]), dict(found["field"])
        choices = [
            ChoiceSheet(**{key: str(text) for key, text in one.items()}) for one in given.pop("choices")
        ]
        flags = {name: bool(given.pop(name)) for name in FLAGS}
        origin = given.pop("origin")
        sheet = FieldSheet(**{key: str(text) for key, text in given.items()}, **flags, choices=choices)
        sheet.origin = int(origin) if origin is not None else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""
    fields.insert(at, sheet)
    return f"f{min(max(at, 0), len(fields) - 1)}-label"


def _free_id(fields: list[FieldSheet], stem: str) -> str:
    taken, number = {one.id for one in fields}, 2
    stem = stem[:40]
    while f"{stem}_{number}" in taken:
        number += 1
    return stem if stem not in taken else f"{stem}_{number}"


def _preview(bpmn: str, element: str) -> forms.Form:
    """The form as the page of a task draws it."""
    labels = Labels()
    built = {one.id: form_field(one, labels) for one in form_fields(bpmn, element)}
    return dress(type("Preview", (forms.Form,), built)(prefix="preview"))


def _name(sheet: FieldSheet) -> Any:
    return (sheet.english if reader_language() == "en" else "") or sheet.label or sheet.id
