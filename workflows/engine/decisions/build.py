"""The parts of a file -> a compiled table: types, expressions, cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from workflows.engine.expressions import (
    Expression,
    ExpressionError,
    Names,
    common_type,
    compile_expression,
    is_free_name,
)
from workflows.engine.expressions.scripts import assignable
from workflows.engine.vocabulary import BOOLEAN, DATE, DATETIME, DECIMAL, INTEGER, NULL, TEXT, Type

from .cells import TESTABLE, Cell, read_cell, show
from .columns import Column
from .places import Place
from .table import DecisionTable, Input, Output, Result, Rule

if TYPE_CHECKING:
    from .dmn import InputPart, OutputPart, Parts, Text, Trouble

MAX_TESTS: Final = 20_000

TYPES: Final[dict[str, Type]] = {
    "string": TEXT,
    "integer": INTEGER,
    "long": INTEGER,
    "double": DECIMAL,
    "number": DECIMAL,
    "boolean": BOOLEAN,
    "date": DATE,
    "dateTime": DATETIME,
    "date and time": DATETIME,
}


def build(parts: Parts, names: Names, trouble: Trouble) -> DecisionTable | None:
    """The table, or None with the reasons reported."""
    return _Builder(parts, names, trouble).build()


def column_types(parts: Parts, names: Names, trouble: Trouble) -> tuple[list[Type | None], list[Type | None]]:
    """What the cells of each column hold, as far as it can be told: (conditions, results)."""
    builder = _Builder(parts, names, trouble)
    heads = [builder.head(part) for part in parts.inputs]
    results = [builder.results(index, part)[0] for index, part in enumerate(parts.outputs)]
    return (
        [None if head is None else head.tested for head in heads],
        [None if output is None else output.type for output in results],
    )


@dataclass(slots=True)
class _Head:
    """An input before its cells are read."""

    part: InputPart
    expression: Expression
    type: Type  # as it is declared
    tested: Type  # as the cells see it
    place: Place
    allowed: Cell | None


class _Builder:
    def __init__(self, parts: Parts, names: Names, trouble: Trouble) -> None:
        self.parts = parts
        self.names = names
        self.trouble = trouble

    def build(self) -> DecisionTable | None:
        heads = [self.head(part) for part in self.parts.inputs]
        cells = [self.cells(head, index) if head is not None else [] for index, head in enumerate(heads)]
        if sum(len(cell.spans or ()) for column in cells for cell in column) > MAX_TESTS:
            self.trouble.error("too_many_tests", self.parts.line, maximum=MAX_TESTS)
        compiled = [self.results(index, part) for index, part in enumerate(self.parts.outputs)]
        self.check_names()
        self.check_defaults()
        self.check_aggregation([output for output, _, _ in compiled])
        if self.trouble.failed:
            return None
        inputs = [
            Input(
                head.part.label,
                head.part.labels,
                head.expression,
                head.type,
                Column(head.tested, column, head.allowed),
                head.place,
                head.allowed,
            )
            for head, column in zip(heads, cells, strict=True)
            if head is not None
        ]
        rules = [
            Rule(
                part.number,
                tuple(column[index] for column in cells),
                tuple(results[index] for _, results, _ in compiled),
                part.description,
                part.line,
            )
            for index, part in enumerate(self.parts.rules)
        ]
        defaults = [default for _, _, default in compiled if default is not None]
        return DecisionTable(
            self.trouble.table,
            self.parts.labels,
            tuple(inputs),
            tuple(output for output, _, _ in compiled if output is not None),
            tuple(rules),
            self.parts.hit_policy,
            self.parts.aggregation,
            tuple(defaults) or None,
        )

    def wrong(self, place: Place, error: ExpressionError, text: str) -> None:
        self.trouble.failed = True
        place.report(self.trouble.findings, error, text)

    def declared(self, type_ref: str, column: str, line: int | None) -> Type | None:
        """The type that is written, or None where none is."""
        name = _type_name(type_ref)
        if not name:
            return None
        if name not in TYPES:
            known = ", ".join(TYPES)
            self.trouble.error("column_type_unknown", line, column=column, type_name=name[:50], known=known)
        return TYPES.get(name)

    # -- conditions

    def head(self, part: InputPart) -> _Head | None:
        place = Place(self.trouble.table, part.label, part.expression.line)
        declared = self.declared(part.type_ref, part.label, part.line)
        try:
            expression = compile_expression(part.expression.text, self.names)
            type_ = _column_type(expression, declared)
        except ExpressionError as error:
            self.wrong(place, error, part.expression.text)
            return None
        tested = type_
        if expression.type.kind == "integer" and type_.kind == "decimal":
            tested = INTEGER
        allowed = None
        if part.values is not None and part.values.text:
            try:
                allowed = read_cell(part.values.text, tested)
            except ExpressionError as error:
                self.wrong(place.allowed(part.values.line), error, part.values.text)
        return _Head(part, expression, type_, tested, place, allowed)

    def cells(self, head: _Head, index: int) -> list[Cell]:
        """The cells of one column, all of them read so that all mistakes are reported."""
        cells = []
        for rule in self.parts.rules:
            entry = rule.inputs[index]
            place = head.place.in_rule(rule.number, entry.line)
            try:
                cell = read_cell(entry.text, head.tested)
                if head.allowed is not None:
                    _check_allowed(cell, head.allowed)
                cells.append(cell)
            except ExpressionError as error:
                self.wrong(place, error, entry.text)
        return cells

    # -- results

    def results(self, index: int, part: OutputPart) -> tuple[Output | None, list[Result], Result | None]:
        """One result column. Its type follows from its cells where none is written."""
        place = Place(self.trouble.table, part.label, part.line)
        texts = [
            (place.in_rule(rule.number, rule.outputs[index].line), rule.outputs[index])
            for rule in self.parts.rules
        ]
        if part.default is not None:
            texts.append((place.default(part.default.line), part.default))
        compiled = [(at, self.result_expression(at, text)) for at, text in texts]
        declared = self.declared(part.type_ref, part.label, part.line)
        type_ = declared
        if not _type_name(part.type_ref):
            type_ = self.common(part, [each for _, each in compiled if each is not None])
        if type_ is None:
            return None, [], None
        allowed = self.allowed_results(part, type_, place)
        output = Output(part.name, part.label, part.labels, _result_type(type_, allowed), place, allowed)
        results = []
        for at, expression in compiled:
            if expression is not None:
                result = self.result(at, expression, output, type_)
                if result is not None:
                    results.append(result)
        default = results.pop() if part.default is not None and results else None
        return output, results, default

    def result_expression(self, place: Place, text: Text) -> Expression | None:
        try:
            if text.text in ("", "-"):
                raise ExpressionError("output_empty", 0)
            return compile_expression(text.text, self.names)
        except ExpressionError as error:
            self.wrong(place, error, text.text)
            return None

    def common(self, part: OutputPart, expressions: list[Expression]) -> Type | None:
        if not expressions:
            return None
        type_: Type | None = NULL
        for expression in expressions:
            wider = common_type(type_, expression.type) if type_ is not None else None
            if type_ is not None and wider is None:
                self.trouble.error(
                    "output_types_differ",
                    part.line,
                    column=part.label,
                    left=type_.kind,
                    right=expression.type.kind,
                )
            type_ = wider
        if type_ is not None and type_.kind in ("null", "any"):
            self.trouble.error("output_type_unknown", part.line, column=part.label)
            return None
        return type_

    def allowed_results(self, part: OutputPart, type_: Type, place: Place) -> Cell | None:
        if part.values is None or not part.values.text:
            return None
        try:
            if type_.kind not in TESTABLE:
                raise ExpressionError("column_not_testable", None, kind=type_.kind)
            allowed = read_cell(part.values.text, type_)
        except ExpressionError as error:
            self.wrong(place.allowed(part.values.line), error, part.values.text)
            return None
        return allowed if allowed.spans is not None else None

    def result(self, place: Place, expression: Expression, output: Output, base: Type) -> Result | None:
        """One result cell; what needs no data is calculated here, so that its mistakes show now."""
        try:
            if not assignable(expression.type, base, expression):
                raise ExpressionError(
                    "assignment_type", 0, name=output.name, expected=base.kind, kind=expression.type.kind
                )
            result = Result(expression, output, place)
            if expression.names or output.type.kind in ("list", "record"):
                return result
            try:
                return Result(expression, output, place, True, result.calculate(_Nothing()))
            except _NeedsMoment:
                return result
        except ExpressionError as error:
            self.wrong(place, error, expression.text)
            return None

    # -- the table as a whole

    def check_names(self) -> None:
        seen = set()
        for part in self.parts.outputs:
            if not is_free_name(part.name):
                self.trouble.error("output_name_bad", part.line, name=part.name[:50], column=part.label)
            elif part.name in seen:
                self.trouble.error("output_name_twice", part.line, name=part.name)
            seen.add(part.name)

    def check_defaults(self) -> None:
        with_default = [part for part in self.parts.outputs if part.default is not None]
        if not with_default:
            return
        if self.parts.hit_policy == "COLLECT":
            self.trouble.error("default_with_collect", with_default[0].line)
        for part in self.parts.outputs:
            if part.default is None:
                self.trouble.error("default_incomplete", part.line, column=part.label)

    def check_aggregation(self, outputs: list[Output | None]) -> None:
        aggregation = self.parts.aggregation
        if aggregation is None:
            return
        if len(outputs) > 1:
            self.trouble.error("aggregation_one_output", self.parts.line, aggregation=aggregation)
        for output in outputs:
            if (
                output is not None
                and aggregation != "COUNT"
                and output.type.kind not in ("integer", "decimal")
            ):
                self.trouble.error(
                    "aggregation_needs_numbers",
                    output.place.line,
                    aggregation=aggregation,
                    column=output.label,
                    kind=output.type.kind,
                )


def _type_name(type_ref: str) -> str:
    """The bare name of a type; `Any` says nothing."""
    name = type_ref.strip().removeprefix("feel:")
    return "" if name == "Any" else name


def _column_type(expression: Expression, declared: Type | None) -> Type:
    """The type of a condition column: the declared one where the expression fits it."""
    own = expression.type
    if declared is not None and own.kind != "null":
        if not assignable(own, declared):
            raise ExpressionError("column_type_differs", None, left=declared.kind, right=own.kind)
        return own if own.kind == "choice" else declared
    if own.kind not in TESTABLE:
        raise ExpressionError("column_not_testable", None, kind=own.kind)
    return own


def _check_allowed(cell: Cell, allowed: Cell) -> None:
    """A value that can never come is a misspelt one."""
    if allowed.spans is None:
        return
    for span in cell.spans or ():
        for end in span.ends:
            inside = allowed.contains(end)
            if not inside and (span.single or allowed.values is not None):
                raise ExpressionError(
                    "cell_not_allowed", None, value=show(end)[:60], allowed=allowed.text[:200]
                )


def _result_type(base: Type, allowed: Cell | None) -> Type:
    """A text of which all values are listed is a choice: later comparisons with it are checked."""
    values = allowed.values if allowed is not None else None
    if base.kind == "text" and values:
        return Type("choice", choices=tuple(values))
    return base


class _NeedsMoment(Exception):  # noqa: N818 - not an error
    """The value depends on the time."""


class _Nothing:
    """The context of an expression that reads no names."""

    def __init__(self) -> None:
        self.variables: dict[str, Any] = {}
        self.reads: dict[str, Any] = {}

    def subject(self, path: str) -> Any:
        raise LookupError(path)

    def now(self) -> datetime:
        raise _NeedsMoment
