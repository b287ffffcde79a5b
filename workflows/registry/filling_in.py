"""Work forms: forms written in Python for the steps that need one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from django import forms

from core.actors import Actor
from core.models.people import in_reader_language
from workflows.engine.vocabulary import FormSignature
from workflows.registry.adding import Label, add


@dataclass(frozen=True)
class FormContext:
    """What a form knows about the work item it stands for."""

    subject: Any
    actor: Actor
    instance_id: int
    element: str
    variables: Mapping[str, Any]
    # What the person chose and wrote, when the form is applied; empty while it is shown.
    outcome: str | None = None
    comment: str = ""


class WorkFormClass(Protocol):
    """What ``@work_form`` decorates."""

    def fields(self, context: FormContext) -> type[forms.Form]:
        """The form to fill in."""

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> Mapping[str, Any] | None:
        """Run the domain's services in the step's transaction; hand back process data."""


@dataclass(frozen=True)
class WorkForm:
    """A form written in Python for the steps that need one."""

    name: str
    label: Label
    signature: FormSignature
    form: WorkFormClass
    template: str | None

    @property
    def title(self) -> str:
        return in_reader_language(*self.label)


_work_forms: dict[str, WorkForm] = {}
_Class = TypeVar("_Class", bound=type)


def work_form(
    name: str, *, label: Label, result: Mapping[str, Any] | None = None
) -> Callable[[_Class], _Class]:
    """Register a class with ``fields(context)`` and ``apply(context, cleaned)``, perhaps a ``template``."""

    def register(cls: _Class) -> _Class:
        one = cast(WorkFormClass, cls())
        template = getattr(cls, "template", None)
        found = WorkForm(name, label, FormSignature(name, result=result or {}), one, template)
        add(_work_forms, name, found)
        return cls

    return register


def work_forms() -> Mapping[str, WorkForm]:
    return _work_forms
