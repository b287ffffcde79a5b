"""What a diagram may name while it is drawn: roles, people, operations, forms, events, processes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils import translation

from core.models.people import in_reader_language
from workflows import registry
from workflows.definitions import definition_of
from workflows.engine import Definition, Type
from workflows.engine.extensions import KNOWN_OUTCOMES
from workflows.models import ProcessDefinition
from workflows.registry.step_types import STEP_TYPES

# Fields of a business row that name a person, with what people call them.
PEOPLE = {
    "owner": ("负责人", "Owner"),
    "manager": ("负责人的直属经理", "The owner's manager"),
    "handler": ("处理人", "Handler"),
}
STARTER = ("发起人", "Who started the case")


def drawing_words(definition: ProcessDefinition) -> dict[str, Any]:
    """Everything that the editor offers to choose from, in the reader's language."""
    return {
        "step_types": list(_step_types()),
        "roles": list(_roles()),
        "persons": list(_persons(definition.subject_type)),
        "work_forms": [{"name": one.name, "label": one.title} for one in registry.work_forms().values()],
        "operations": list(_operations(definition)),
        "processes": list(_processes(definition)),
        "messages": list(_messages()),
        "outcomes": [
            {"code": code, "labels": {"zh": of.get("zh-hans", ""), "en": of.get("en", "")}}
            for code, of in KNOWN_OUTCOMES.items()
        ],
    }


def label_of_field(subject: str, name: str) -> str:
    """What people call a field of a business row: our own word for its people, else its kind's, else the model's."""
    if name in PEOPLE:
        return in_reader_language(*PEOPLE[name])
    kind = registry.subject_types().get(subject)
    if kind is not None and name in kind.labels:
        return in_reader_language(*kind.labels[name])
    field = _model_field(subject, name)
    label = str(getattr(field, "verbose_name", name.replace("_", " ")))
    return label[:1].upper() + label[1:]


def choices_of_field(subject: str, name: str) -> dict[str, str]:
    """The values of a field that has a few, with what people call them."""
    kind = registry.subject_types().get(subject)
    if kind is not None and name in kind.values:
        return {value: in_reader_language(*label) for value, label in kind.values[name].items()}
    field = _model_field(subject, name)
    return {str(value): str(label) for value, label in getattr(field, "flatchoices", ()) if value}


def _model_field(subject: str, name: str) -> Any:
    kind = registry.subject_types().get(subject)
    getter = kind.fields[name][1] if kind is not None and name in kind.fields else None
    path = getter.split(".") if isinstance(getter, str) else [name]
    try:
        return kind.model._meta.get_field(path[0]) if kind is not None else None
    except FieldDoesNotExist:
        return None


def type_words(type_: Type) -> dict[str, Any]:
    """A type as the editor reads it."""
    return {"type": str(type_), "choices": list(type_.choices or ())}


# Parts ------------------------------------------------------------------------------------------


def _both(label: tuple[str, str]) -> dict[str, str]:
    return {"zh": label[0], "en": label[1]}


def _step_types() -> Iterator[dict[str, Any]]:
    for one in STEP_TYPES:
        yield {
            "id": one.id,
            "bpmn": one.bpmn,
            "event": one.event,
            "prefix": one.prefix,
            "group": one.group,
            "icon": one.icon,
            "label": one.title,
            "labels": _both(one.label),
            "hint": in_reader_language(*one.hint),
            "also": " ".join((*one.label, *one.also)),
            "words": dict(one.words),
        }


def _roles() -> Iterator[dict[str, Any]]:
    for role in apps.get_model("core", "Role").objects.all():
        yield {
            "code": role.code,
            "label": str(role),
            "labels": {"zh": role.name_zh, "en": role.name_en},
        }


def _persons(subject: str) -> Iterator[dict[str, str]]:
    """Expressions that name a person: people of the business row, and whoever started the case."""
    kind = registry.subject_types().get(subject)
    for name in PEOPLE:
        if kind is not None and name in kind.fields:
            yield {"expression": f"subject.{name}", "label": in_reader_language(*PEOPLE[name])}
    yield {"expression": "starter", "label": in_reader_language(*STARTER)}


def _operations(definition: ProcessDefinition) -> Iterator[dict[str, Any]]:
    granted = set(definition.allowed_operations)
    for name, one in sorted(registry.operations().items()):
        allowed = sorted(granted.intersection(one.grants()))
        targets = one.targets() if one.targets is not None and one.signature.target is not None else {}
        yield {
            "name": name,
            "label": one.title,
            "effect": one.effect,
            "allowed": bool(allowed),
            "target": one.signature.target,
            "targets": [
                {"code": code, "label": label}
                for code, label in targets.items()
                if f"{name}:{code}" in granted
            ],
            "parameters": [
                {"name": key, "required": of.required, **type_words(of.type)}
                for key, of in one.signature.params.items()
            ],
            "result": [{"name": key, **type_words(of)} for key, of in one.signature.result.items()],
        }


def _processes(but: ProcessDefinition) -> Iterator[dict[str, Any]]:
    rows = ProcessDefinition.objects.filter(current_version__isnull=False).exclude(pk=but.pk)
    for row in rows:
        if row.current_version_id is None:
            continue
        compiled: Definition = definition_of(row.current_version_id)
        yield {
            "key": row.key,
            "label": row.name,
            "subject": compiled.subject_type or "",
            "takes": [
                {
                    "name": field.id,
                    "label": field.label(_language()),
                    "required": field.required and field.shown_if is None,
                }
                for field in compiled.start_fields
            ],
        }


def _messages() -> Iterator[dict[str, str]]:
    for name, one in sorted(registry.events().items()):
        yield {"name": name, "label": one.title, "kind": one.signature.kind, "subject": one.subject}


def _language() -> str:
    return translation.get_language() or "zh-hans"
