"""The form of a work item as data: fields with types, labels and choices, outcomes, and the caller's rights."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language

from core import clock
from core.models import User
from workflows import registry
from workflows.definitions import definition_of
from workflows.engine import Case, Element, Field
from workflows.engine.definition import pick_label
from workflows.models import ProcessInstance, WorkItem
from workflows.services.handing_over import standing_of
from workflows.services.host import DomainHost

# A choice among more rows than this is looked up elsewhere.
MOST_CHOICES = 500

_TYPES: tuple[tuple[type[forms.Field], str], ...] = (
    (forms.FileField, "file"),
    (forms.ModelMultipleChoiceField, "list"),
    (forms.MultipleChoiceField, "list"),
    (forms.ChoiceField, "choice"),
    (forms.ModelChoiceField, "choice"),
    (forms.BooleanField, "boolean"),
    (forms.DateTimeField, "datetime"),
    (forms.DateField, "date"),
    (forms.DecimalField, "decimal"),
    (forms.IntegerField, "integer"),
)


def form_of(item: WorkItem, person: User) -> dict[str, Any]:
    """Everything a client needs to draw the form."""
    definition = definition_of(item.instance.version_id)
    element = definition.element(item.element)
    language = get_language() or "zh-hans"
    return {
        "item": item.pk,
        "work_form": element.work_form,
        "fields": _python_fields(item, element, person)
        if element.work_form
        else _fields(item, element, person, language),
        "outcomes": [
            {"code": one.code, "label": one.label(language), "comment_required": one.comment_required}
            for one in element.outcomes
        ],
        "rights": rights_of(item, person),
    }


def rights_of(item: WorkItem, person: User) -> dict[str, bool]:
    """What the caller may do with the item now; the services ask again."""
    may_work = item.is_open and WorkItem.objects.workable_by(person).filter(pk=item.pk).exists()
    is_mine = may_work and item.assignee_id == person.pk
    return {
        "claim": may_work and item.assignee_id is None,
        "release": is_mine and item.is_from_queue,
        "complete": may_work,
        "transfer": standing_of(person, item).may,
        "snooze": is_mine,
        "wake": is_mine and item.snoozed_until is not None,
    }


def _fields(item: WorkItem, element: Element, person: User, language: str) -> list[dict[str, Any]]:
    shown = {one.id for one in element.form}
    if item.is_open and any(one.shown_if is not None for one in element.form):
        shown &= _case(item, person)[0].shown_fields(item.token, {})
    return [{**_of_diagram(one, language), "shown": one.id in shown} for one in element.form]


def _case(item: WorkItem, person: User) -> tuple[Case, DomainHost]:
    instance = ProcessInstance.objects.select_related("definition").get(pk=item.instance_id)
    host = DomainHost(instance, person=person, now=clock.now())
    return Case.load(definition_of(instance.version_id), instance.state, host), host


def _of_diagram(field: Field, language: str) -> dict[str, Any]:
    return {
        "id": field.id,
        "type": field.type,
        "label": field.label(language),
        "required": field.required,
        "readonly": field.readonly,
        "multiline": field.multiline,
        "choices": [
            {"value": value, "label": pick_label(labels, language, value)} for value, labels in field.choices
        ],
        "minimum": field.minimum,
        "maximum": field.maximum,
        "min_length": field.min_length,
        "max_length": field.max_length,
        "default": field.default,
        "shown_if": field.shown_if.text.strip() if field.shown_if is not None else None,
    }


def _python_fields(item: WorkItem, element: Element, person: User) -> list[dict[str, Any]]:
    case, host = _case(item, person)
    context = registry.FormContext(
        subject=host.subject_row if host.instance.subject_id else None,
        actor=person,
        instance_id=item.instance_id,
        element=element.id,
        variables=case.variables_at(item.token),
    )
    form = registry.work_forms()[element.work_form or ""].form.fields(context)()
    return [_of_python(form, name, one) for name, one in form.fields.items()]


def _of_python(form: forms.BaseForm, name: str, field: forms.Field) -> dict[str, Any]:
    kind = next((word for cls, word in _TYPES if isinstance(field, cls)), "text")
    choices = list(getattr(field, "choices", []))[:MOST_CHOICES] if kind in ("choice", "list") else []
    initial = form.get_initial_for_field(field, name)
    return {
        "id": name,
        "type": kind,
        "label": str(field.label or name),
        "required": field.required,
        "readonly": field.disabled,
        "multiline": isinstance(field.widget, forms.Textarea),
        "choices": [{"value": str(value), "label": str(label)} for value, label in choices if str(value)],
        "minimum": _text(getattr(field, "min_value", None)),
        "maximum": _text(getattr(field, "max_value", None)),
        "min_length": getattr(field, "min_length", None),
        "max_length": getattr(field, "max_length", None),
        "default": initial if isinstance(initial, (bool, int, list)) else _text(initial),
        "shown_if": None,
        "shown": True,
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
