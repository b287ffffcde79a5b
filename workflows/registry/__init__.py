"""What a diagram may call, show and ask. Domain apps register here; nothing else needs editing.

Found in each app's ``operations.py``, ``work_forms.py``, ``subjects.py`` and ``events.py``.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.apps import apps
from django.utils.module_loading import autodiscover_modules

from workflows.engine import BpmnError, Definition
from workflows.engine.vocabulary import Param, Type, Vocabulary
from workflows.outside import GiveUp, Later, NotNow, OutsideContext, OutsideSubject, Rate
from workflows.registry.filling_in import FormContext, WorkForm, WorkFormClass, work_form, work_forms
from workflows.registry.glossary import glossary
from workflows.registry.operating import (
    Operation,
    OperationContext,
    allowance_of,
    grantable,
    operation,
    operations,
)
from workflows.registry.subjects import File, SubjectType, subject_type, subject_types
from workflows.registry.telling import DomainEvent, event, events

__all__ = [
    "BpmnError",
    "DomainEvent",
    "File",
    "FormContext",
    "GiveUp",
    "Later",
    "NotNow",
    "Operation",
    "OperationContext",
    "OutsideContext",
    "OutsideSubject",
    "Param",
    "Rate",
    "SubjectType",
    "Type",
    "WorkForm",
    "WorkFormClass",
    "allowance_of",
    "discover",
    "event",
    "events",
    "glossary",
    "grantable",
    "operation",
    "operations",
    "role_names",
    "subject_type",
    "subject_types",
    "vocabulary",
    "work_form",
    "work_forms",
]


def discover() -> None:
    """Import what the apps register; called once at start-up."""
    autodiscover_modules("operations", "work_forms", "subjects", "events")


def vocabulary(
    *,
    roles: Mapping[str, str] | None = None,
    allowed_operations: frozenset[str] | None = None,
    processes: Mapping[str, Definition] | None = None,
    is_published: bool = False,
) -> Vocabulary:
    """Everything outside a diagram that it may name. Roles come from the database unless given.

    ``processes`` are those that its call activities may run, each in the version it shall have. What is
    published runs on, also when the program has taken a name for itself since."""
    return Vocabulary(
        operations={name: one.signature for name, one in operations().items()},
        work_forms={name: one.signature for name, one in work_forms().items()},
        roles=role_names() if roles is None else roles,
        subject_types={
            code: {name: of for name, (of, _getter) in one.fields.items()}
            for code, one in subject_types().items()
        },
        allowed_operations=allowed_operations,
        processes=processes or {},
        events={} if is_published else {name: one.signature for name, one in events().items()},
    )


def role_names() -> dict[str, str]:
    """Every way to write a role in a diagram, and its code: codes win over names."""
    rows = apps.get_model("core", "Role").objects.values_list("code", "name_zh", "name_en")
    names = {name: code for code, zh, en in rows for name in (zh, en) if name}
    return names | {code: code for code, _zh, _en in rows}
