"""The parts an expression is made of, as the parser hands them to the compiler."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | int | Decimal | bool | date | datetime | None
    at: int


@dataclass(frozen=True, slots=True)
class Path:
    """A name with its fields: `subject.amount`."""

    parts: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class ListOf:
    items: tuple[Node, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str  # "-" "not"
    operand: Node
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str  # + - * / // %
    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: str  # == != < <= > >= in "not in"
    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Logic:
    operator: str  # and or
    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Choice:
    """`yes if condition else no`"""

    condition: Node
    yes: Node
    no: Node
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Node, ...]
    at: int


Node: TypeAlias = "Literal | Path | ListOf | Unary | Binary | Comparison | Logic | Choice | Call"
