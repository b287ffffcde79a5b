"""What people call that which a diagram names: roles, operations, forms, processes, fields of business rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import override

from workflows.engine.differences import Glossary
from workflows.registry.adding import Label
from workflows.registry.filling_in import work_forms
from workflows.registry.operating import operations
from workflows.registry.subjects import SubjectType, subject_types

LANGUAGES = ("zh-hans", "en")


def glossary() -> Glossary:
    """Everything at once: three statements and the registries."""
    definitions = apps.get_model("workflows", "ProcessDefinition").objects
    return Glossary(
        roles=_roles(),
        operations={name: _labels(one.label) for name, one in operations().items()},
        work_forms={name: _labels(one.label) for name, one in work_forms().items()},
        processes={
            key: _labels((zh, en)) for key, zh, en in definitions.values_list("key", "name_zh", "name_en")
        },
        subjects={code: _title(one) for code, one in subject_types().items()},
        fields={code: _fields(one) for code, one in subject_types().items()},
    )


def _labels(label: Label) -> dict[str, str]:
    return {language: text for language, text in zip(LANGUAGES, label, strict=True) if text}


def _roles() -> dict[str, dict[str, str]]:
    """By every way to write them."""
    found = {}
    for code, zh, en in apps.get_model("core", "Role").objects.values_list("code", "name_zh", "name_en"):
        found.update(dict.fromkeys((code, zh, en), _labels((zh, en))))
    return found


def _title(subject: SubjectType[Any]) -> dict[str, str]:
    if any(subject.label):
        return _labels(subject.label)
    return _translated(subject.model._meta.verbose_name)


def _fields(subject: SubjectType[Any]) -> Mapping[str, dict[str, str]]:
    """The names that the models give to the fields; one that is reckoned has none."""
    found = {}
    for name, (_type, getter) in subject.fields.items():
        field = _field(subject.model, getter if isinstance(getter, str) else name)
        if field is not None:
            found[name] = _translated(field.verbose_name)
    return found


def _field(model: type[models.Model], path: str) -> Any:
    try:
        field = model._meta.get_field(path.split(".")[0])
    except FieldDoesNotExist:
        return None
    return field if hasattr(field, "verbose_name") else None


def _translated(text: Any) -> dict[str, str]:
    found = {}
    for language in LANGUAGES:
        with override(language):
            found[language] = str(text)
    return found
