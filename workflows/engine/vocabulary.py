"""What a diagram may talk about: types, operations, forms, roles and fields of the business row.

The caller builds a `Vocabulary` from its registries; the engine itself knows no domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from .definition import Definition

KINDS: Final = (
    "text",
    "integer",
    "decimal",
    "boolean",
    "date",
    "datetime",
    "choice",
    "list",
    "record",
)

# Known to the expression compiler only: the literal null, and what an opaque list may hold.
_INNER_KINDS: Final = ("null", "any")


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a variable, a form field, an operation's parameter or result.

    A record without `fields` and a list without `item` are opaque: they can be passed on, counted
    and compared with null, but an expression cannot look into them."""

    kind: str
    fields: Mapping[str, Type] | None = None
    item: Type | None = None
    choices: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS and self.kind not in _INNER_KINDS:
            raise ValueError(f"{self.kind!r} is not a type: use one of {', '.join(KINDS)}")
        if self.fields is not None:
            frozen = MappingProxyType({name: as_type(of) for name, of in self.fields.items()})
            object.__setattr__(self, "fields", frozen)

    def __str__(self) -> str:
        if self.kind == "list" and self.item is not None:
            return f"list[{self.item}]"
        return self.kind


TypeLike: TypeAlias = "Type | str | Mapping[str, Any]"


def as_type(value: TypeLike) -> Type:
    """Read a type as people write it: `Type`, "decimal", "list[text]", or a mapping (a record)."""
    if isinstance(value, Type):
        return value
    if isinstance(value, Mapping):
        return Type("record", fields={name: as_type(of) for name, of in value.items()})
    if value.startswith("list[") and value.endswith("]"):
        return Type("list", item=as_type(value[5:-1]))
    return Type(value)


def _types(mapping: Mapping[str, TypeLike]) -> Mapping[str, Type]:
    return MappingProxyType({name: as_type(of) for name, of in mapping.items()})


TEXT: Final = Type("text")
INTEGER: Final = Type("integer")
DECIMAL: Final = Type("decimal")
BOOLEAN: Final = Type("boolean")
DATE: Final = Type("date")
DATETIME: Final = Type("datetime")
NULL: Final = Type("null")
ANY: Final = Type("any")


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of an operation."""

    type: Type
    required: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "type", as_type(self.type))


@dataclass(frozen=True, slots=True)
class OperationSignature:
    """What a service task may call: parameters in, a record of named values out.

    With `outside` its effect lies outside the database: the step waits until the answer is there. `target`
    is the parameter that says whom it deals with: each target is granted by itself, as `name:target`."""

    name: str
    params: Mapping[str, Param] = field(default_factory=dict)
    result: Mapping[str, Type] = field(default_factory=dict)
    outside: bool = False
    target: str | None = None

    def __post_init__(self) -> None:
        params = {
            name: of if isinstance(of, Param) else Param(as_type(of)) for name, of in self.params.items()
        }
        object.__setattr__(self, "params", MappingProxyType(params))
        object.__setattr__(self, "result", _types(self.result))


@dataclass(frozen=True, slots=True)
class EventSignature:
    """What the program itself tells under this name, and what it says with it. Diagrams may wait for it."""

    name: str
    kind: str = "message"
    payload: Mapping[str, Type] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "payload", _types(self.payload))


@dataclass(frozen=True, slots=True)
class FormSignature:
    """A form written in Python; `result` names the process data it hands back."""

    name: str
    result: Mapping[str, Type] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "result", _types(self.result))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything outside the diagram that the diagram may name.

    `roles` maps every way to write a role (code, Chinese and English label) to its code.
    `processes` are what a call activity may run, each in the version it shall have. `fires` says which
    events the application around the engine can fire; the others are refused.
    `subject_types` gives the fields of each business entity type; a process that names its type
    with `flow:subject` gets those, else `subject_fields`. `allowed_operations` is the allow-list
    of this definition, where an operation with a target stands as `name:target`; None allows all.
    `events` are names under which the program tells something: no diagram tells anything under them."""

    operations: Mapping[str, OperationSignature] = field(default_factory=dict)
    work_forms: Mapping[str, FormSignature] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    subject_fields: Mapping[str, Type] = field(default_factory=dict)
    allowed_operations: frozenset[str] | None = None
    subject_types: Mapping[str, Mapping[str, Type]] = field(default_factory=dict)
    processes: Mapping[str, Definition] = field(default_factory=dict)
    fires: frozenset[str] = frozenset({"timer", "message", "signal", "condition"})
    events: Mapping[str, EventSignature] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "subject_fields", _types(self.subject_fields))
        by_type = {name: _types(fields) for name, fields in self.subject_types.items()}
        object.__setattr__(self, "subject_types", MappingProxyType(by_type))

    def fields_of(self, subject_type: str | None) -> Mapping[str, Type]:
        """The readable fields of the subject of a process."""
        if subject_type is not None and subject_type in self.subject_types:
            return self.subject_types[subject_type]
        return self.subject_fields
