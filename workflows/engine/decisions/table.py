"""A compiled decision table, and how it decides. Everything here is immutable and shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from workflows.engine.expressions import Expression, ExpressionError
from workflows.engine.expressions.compiler import Context
from workflows.engine.expressions.operations import arithmetic
from workflows.engine.values import Mismatch, fitting, live, stored
from workflows.engine.vocabulary import INTEGER, Type

from .cells import Cell, show
from .columns import Column
from .places import DecisionError, Place

_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Input:
    """A condition column. `allowed` is the test every value must pass."""

    label: str
    labels: Mapping[str, str]
    expression: Expression
    type: Type
    column: Column
    place: Place
    allowed: Cell | None = None

    def value(self, context: Context) -> Any:
        """The value to be looked up. Raises DecisionError."""
        try:
            value = self.expression.evaluate(context)
            if value is not None and self.expression.type.kind == "any":
                value = _as(value, self.type)
            if value is not None and self.allowed is not None and not self.allowed.contains(value):
                raise ExpressionError(
                    "input_not_allowed", None, value=show(value)[:_SHOWN], allowed=self.allowed.text[:200]
                )
        except ExpressionError as error:
            raise self.place.failure(error, self.expression.text) from None
        return value


@dataclass(frozen=True, slots=True)
class Output:
    """A result column. `type` is what the result is declared as; `base` what cells must fit."""

    name: str
    label: str
    labels: Mapping[str, str]
    type: Type
    place: Place
    allowed: Cell | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One result cell; `fixed` is its stored value where nothing needs to be calculated."""

    expression: Expression
    output: Output
    place: Place
    is_fixed: bool = False
    fixed: Any = None

    def value(self, context: Context) -> Any:
        """The value in its stored form. Raises DecisionError."""
        if self.is_fixed:
            return self.fixed
        try:
            return self.calculate(context)
        except ExpressionError as error:
            raise self.place.failure(error, self.expression.text) from None

    def calculate(self, context: Context) -> Any:
        value = self.expression.evaluate(context)
        type_, allowed = self.output.type, self.output.allowed
        if type_.kind == "choice" and allowed is not None:
            type_ = Type("text")  # the allowed values say it better
        try:
            result = stored(value, type_)
        except Mismatch as mismatch:
            raise ExpressionError(mismatch.code, None, **mismatch.params) from None
        if allowed is not None and not allowed.contains(live(result, type_.kind)):
            shown = show(live(result, type_.kind))[:_SHOWN]
            raise ExpressionError("output_not_allowed", None, value=shown, allowed=allowed.text[:200])
        return result


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: the cells as they were written, and the results."""

    number: int
    cells: tuple[Cell, ...]
    results: tuple[Result, ...]
    description: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a table decided, and by which rules; none where the default was taken."""

    value: Any
    rules: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """`result_type` is a record for UNIQUE and FIRST, a list of records for COLLECT, a number for
    COLLECT with SUM, MIN, MAX or COUNT."""

    name: str
    labels: Mapping[str, str]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    hit_policy: str
    aggregation: str | None = None
    default: tuple[Result, ...] | None = None
    result_type: Type = field(init=False)
    reads: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        expressions = [each.expression for each in self.inputs]
        expressions += [result.expression for rule in self.rules for result in rule.results]
        expressions += [result.expression for result in self.default or ()]
        object.__setattr__(self, "reads", frozenset().union(*(each.names for each in expressions)))
        object.__setattr__(self, "result_type", self._result_type())

    def _result_type(self) -> Type:
        if self.aggregation == "COUNT":
            return INTEGER
        if self.aggregation is not None:
            return self.outputs[0].type
        record = Type("record", fields={output.name: output.type for output in self.outputs})
        return Type("list", item=record) if self.hit_policy == "COLLECT" else record

    def decide(self, context: Context) -> Decision:
        """The result for the values of a case. Raises DecisionError.

        Every input is read first, so that history shows all values a decision rests on."""
        return self.decide_by([each.value(context) for each in self.inputs], context)

    def decide_by(self, values: list[Any], context: Context) -> Decision:
        """The result for one value a condition column. Raises DecisionError."""
        matching = self._matching(values)
        if self.hit_policy == "COLLECT":
            return self._collect(_numbers(matching), context)
        if not matching:
            if self.default is not None:
                return Decision(self._record(self.default, context), ())
            raise DecisionError("no_rule_matches", None, table=self.name, values=self._shown(values))
        if self.hit_policy == "UNIQUE" and matching & (matching - 1):
            raise DecisionError(
                "several_rules_match",
                None,
                table=self.name,
                rules=list(_numbers(matching)),
                values=self._shown(values),
            )
        number = (matching & -matching).bit_length()
        return Decision(self._record(self.rules[number - 1].results, context), (number,))

    def fitting_rules(self, values: list[Any]) -> tuple[int, ...]:
        """Every rule that fits, whatever the hit policy makes of it. Raises DecisionError."""
        return _numbers(self._matching(values))

    def _matching(self, values: list[Any]) -> int:
        matching = (1 << len(self.rules)) - 1
        for each, value in zip(self.inputs, values, strict=True):
            try:
                matching &= each.column.rules(value)
            except ExpressionError as error:
                raise each.place.failure(error, each.expression.text) from None
        return matching

    def _record(self, results: tuple[Result, ...], context: Context) -> dict[str, Any]:
        return {result.output.name: result.value(context) for result in results}

    def _collect(self, numbers: tuple[int, ...], context: Context) -> Decision:
        found = [self.rules[number - 1].results for number in numbers]
        if self.aggregation is None:
            return Decision([self._record(results, context) for results in found], numbers)
        values = [results[0].value(context) for results in found]
        if self.aggregation == "COUNT":
            return Decision(len(values), numbers)
        if not values:
            return Decision(None, numbers)
        kind = self.outputs[0].type.kind
        total: Any = None
        for results, value in zip(found, (live(value, kind) for value in values), strict=True):
            try:
                if value is None:
                    raise ExpressionError("no_value", None)
                total = value if total is None else _AGGREGATE[self.aggregation](total, value)
            except ExpressionError as error:
                raise results[0].place.failure(error, results[0].expression.text) from None
        return Decision(stored(total, self.outputs[0].type), numbers)

    def _shown(self, values: list[Any]) -> str:
        pairs = zip(self.inputs, values, strict=True)
        return "; ".join(f"{each.label}: {show(value)[:_SHOWN]}" for each, value in pairs)


_AGGREGATE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "SUM": lambda total, value: arithmetic("+", total, value, 0),
    "MIN": min,
    "MAX": max,
}
AGGREGATIONS: Final = ("SUM", "MIN", "MAX", "COUNT")
HIT_POLICIES: Final = ("UNIQUE", "FIRST", "COLLECT")


def _numbers(matching: int) -> tuple[int, ...]:
    numbers = []
    while matching:
        least = matching & -matching
        numbers.append(least.bit_length())
        matching ^= least
    return tuple(numbers)


def _as(value: Any, type_: Type) -> Any:
    """A value of unknown type, as the declared one."""
    try:
        return fitting(value, type_)
    except Mismatch as mismatch:
        raise ExpressionError(mismatch.code, None, **mismatch.params) from None
