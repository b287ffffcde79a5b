"""Script tasks: lines of `name = expression` or `record.field = expression`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from workflows.engine.values import Mismatch, stored, weigh
from workflows.engine.vocabulary import Type

from . import Expression, Names, compile_expression
from .errors import ExpressionError
from .evaluation import Context, Evaluation
from .lexer import is_free_name, is_name
from .types import common_type

MAX_SCRIPT: Final = 20_000
MAX_LINES: Final = 100
MAX_SCRIPT_PARTS: Final = 5_000

_ASSIGNMENT = re.compile(r"\s*([^\s=.!<>+\-*/%(),;:\[\]\"'#]+(?:\.[^\s=.!<>+\-*/%(),;:\[\]\"'#]+)*)\s*=(?!=)")
# Words, signs and texts, roughly as the lexer would count them: a bound on the work of compiling all lines.
_PART = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|\w+|[^\s\w]")


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment before its types are known. `offset` is where the expression begins in `whole`."""

    number: int
    target: tuple[str, ...]
    text: str
    offset: int
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    target: tuple[str, ...]
    value: Expression
    type: Type


@dataclass(frozen=True, slots=True)
class Script:
    """The checked lines of a script task. Nothing is written until every line has been evaluated,
    so a line that fails leaves the case as it was before the step."""

    assignments: tuple[Assignment, ...]

    @property
    def writes(self) -> frozenset[str]:
        return frozenset(assignment.target[0] for assignment in self.assignments)

    def execute(self, context: Context) -> dict[str, Any]:
        """Evaluate all lines and return what they set, ready to store."""
        overlay = _Overlay(context)
        evaluation = Evaluation(overlay)
        for assignment in self.assignments:
            value = assignment.value.run(evaluation)
            try:
                if isinstance(value, (list, Mapping)):
                    evaluation.spend(3 * weigh(value), None)  # weighed, checked and copied
                overlay.put(assignment.target, stored(value, assignment.type))
            except Mismatch as mismatch:
                raise _at(assignment, ExpressionError(mismatch.code, None, **mismatch.params)) from None
            except ExpressionError as error:
                raise _at(assignment, error) from None
            evaluation.revived.clear()  # what a line has set is read anew by the next
        return overlay.written


def _at(assignment: Assignment, error: ExpressionError) -> ExpressionError:
    """The error with the line it belongs to."""
    error.text = assignment.value.text
    if assignment.value.line is not None:
        error.params["line"] = assignment.value.line
    return error


class _Overlay:
    """A context in which later lines see what earlier lines have set."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.variables: dict[str, Any] = dict(context.variables)
        self.reads = context.reads
        self.written: dict[str, Any] = {}

    def subject(self, path: str) -> Any:
        return self._context.subject(path)

    def now(self) -> datetime:
        return self._context.now()

    def put(self, target: tuple[str, ...], value: Any) -> None:
        root, *fields = target
        if fields:
            value = _with_field(self.variables.get(root), fields, value)
        self.variables[root] = self.written[root] = value


def _with_field(record: Any, fields: list[str], value: Any) -> dict[str, Any]:
    """A copy of a record with one field set; the record itself may be shared."""
    copy = dict(record) if isinstance(record, Mapping) else {}
    first, *rest = fields
    copy[first] = _with_field(copy.get(first), rest, value) if rest else value
    return copy


def read_lines(script: str) -> list[Line]:
    """Split a script into assignments. Raises ExpressionError; `line` in its params."""
    if len(script) > MAX_SCRIPT:
        raise ExpressionError("expression_too_long", None, maximum=MAX_SCRIPT, line=1)
    if sum(1 for _ in _PART.finditer(script)) > MAX_SCRIPT_PARTS:
        raise ExpressionError("script_too_big", None, maximum=MAX_SCRIPT_PARTS, line=1)
    lines: list[Line] = []
    for number, text in enumerate(script.splitlines(), 1):
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        match = _ASSIGNMENT.match(text)
        if match is None:
            raise ExpressionError("not_an_assignment", 0, line=number)
        target = tuple(match.group(1).split("."))
        if not is_free_name(target[0]) or not all(is_name(part) for part in target) or len(target) > 4:
            raise ExpressionError("cannot_assign", match.start(1), name=match.group(1)[:50], line=number)
        lines.append(Line(number, target, text[match.end() :], match.end(), text))
    if len(lines) > MAX_LINES:
        raise ExpressionError("script_too_long", None, maximum=MAX_LINES, line=MAX_LINES)
    if not lines:
        raise ExpressionError("script_empty", 0, line=1)
    return lines


def compile_line(line: Line, names: Names) -> Expression:
    """Check the right-hand side of one line."""
    return compile_expression(line.whole, names, start=line.offset, line=line.number)


def assignable(value: Type, target: Type, expression: Expression | None = None) -> bool:
    """May a value of one type be put where another is declared?

    No where it never fits, or only by luck; what only the value can tell is checked when it is there."""
    if expression is not None and expression.literal and value.kind in ("text", "choice", "list"):
        return target.kind in ("text", "choice", "date", "datetime", "list") and _literal_fits(
            expression, target
        )
    if target.kind == "choice" and value.kind == "choice":
        return value.choices is None or target.choices is None or not _apart(value.choices, target.choices)
    if target.kind == value.kind == "list":
        return value.item is None or target.item is None or assignable(value.item, target.item)
    if target.kind == value.kind == "record":
        return value.fields is None or target.fields is None or _fields_fit(value.fields, target.fields)
    if target.kind in ("choice", "date", "datetime") and value.kind == "text":
        return False
    if target.kind == "integer" and value.kind == "decimal":
        return False
    return common_type(value, target) is not None


def _apart(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return not set(some) & set(others)


def _fields_fit(fields: Mapping[str, Type], target: Mapping[str, Type]) -> bool:
    return all(name in target and assignable(of, target[name]) for name, of in fields.items())


def _literal_fits(expression: Expression, target: Type) -> bool:
    try:
        stored(expression.evaluate(_NOTHING), target)
    except Mismatch:
        return False
    return True


def fixed_text(expression: Expression) -> str | None:
    """The text that an expression is, whatever the case; None for one that has to be calculated."""
    if not expression.literal or expression.type.kind != "text":
        return None
    try:
        value = expression.evaluate(_NOTHING)
    except (ExpressionError, LookupError):
        return None
    return value if isinstance(value, str) else None


class _Nothing:
    """The context of a literal, which looks at nothing."""

    variables: Mapping[str, Any] = {}

    def __init__(self) -> None:
        self.reads: dict[str, Any] = {}

    def subject(self, path: str) -> Any:
        raise LookupError(path)

    def now(self) -> datetime:
        raise LookupError("now")


_NOTHING: Final = _Nothing()
