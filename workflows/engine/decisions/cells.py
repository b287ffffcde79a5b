"""One cell of a condition column: an S-FEEL unary test, read into plain data.

`-` or nothing, values, `< 5`, `[1..10]`, lists of these, `not(...)`. Cells hold fixed values only:
that is what makes it possible to say before publishing which rules overlap and what no rule covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from workflows.engine.expressions import ExpressionError
from workflows.engine.expressions.lexer import Token, tokenize
from workflows.engine.expressions.operations import kind_of
from workflows.engine.values import Mismatch, live, stored
from workflows.engine.vocabulary import DATE, DATETIME, Type

MAX_LENGTH: Final = 2_000
MAX_TESTS: Final = 100

ORDERED: Final = frozenset({"integer", "decimal", "date", "datetime"})
TESTABLE: Final = ORDERED | {"text", "choice", "boolean"}
# What a literal of each kind may be compared with.
_FITS: Final = {
    "text": {"text", "choice"},
    "integer": {"integer", "decimal"},
    "decimal": {"integer", "decimal"},
    "boolean": {"boolean"},
    "date": {"date"},
    "datetime": {"datetime"},
}
_COMPARISONS: Final = ("<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Span:
    """The values from `low` to `high`; None is no bound. One value is a span of its own."""

    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False

    def contains(self, value: Any) -> bool:
        if self.low is not None and (value < self.low or (self.low_open and value == self.low)):
            return False
        return self.high is None or not (value > self.high or (self.high_open and value == self.high))

    @property
    def single(self) -> bool:
        return self.low is not None and self.low == self.high

    @property
    def ends(self) -> tuple[Any, ...]:
        return tuple(end for end in (self.low, self.high) if end is not None)


@dataclass(frozen=True, slots=True)
class Cell:
    """A test. `spans` is None for `-`, which everything matches, also no value at all.

    Besides that, no value matches only a cell that names `null`, never a `not(...)`."""

    text: str
    spans: tuple[Span, ...] | None = None
    null: bool = False
    negated: bool = False

    def contains(self, value: Any) -> bool:
        if self.spans is None:
            return True
        if value is None:
            return self.null and not self.negated
        if isinstance(value, (bool, str)):  # no order, so no comparison either
            return any(span.low == value for span in self.spans) is not self.negated
        return any(span.contains(value) for span in self.spans) is not self.negated

    @property
    def values(self) -> tuple[Any, ...] | None:
        """The values it lists, if that is all it does."""
        if self.spans is None or self.negated or not all(span.single for span in self.spans):
            return None
        return tuple(span.low for span in self.spans)


def read_cell(text: str, type_: Type) -> Cell:
    """Read a test on values of a type. Raises ExpressionError with the place of the mistake."""
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise ExpressionError("cell_too_long", None, maximum=MAX_LENGTH)
    try:
        tokens = tokenize(text)
    except ExpressionError as error:
        if error.code == "single_equals":
            raise ExpressionError("cell_equals", error.position) from None
        raise
    return _Reader(text, tokens, type_).whole()


def show(value: Any) -> str:
    """A value as it is written in a cell."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, datetime):
        return f'date and time("{value.isoformat()}")'
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    return format(value, "f") if isinstance(value, Decimal) else str(value)


class _Reader:
    def __init__(self, text: str, tokens: list[Token], type_: Type) -> None:
        self.text = text
        self.tokens = tokens
        self.type = type_
        self.index = 0
        self.spans: list[Span] = []
        self.null = False

    # -- tokens

    @property
    def here(self) -> Token:
        return self.tokens[self.index]

    def take(self, *kinds: str) -> Token | None:
        token = self.here
        if token.kind not in kinds:
            return None
        self.index += 1
        return token

    def expect(self, *kinds: str) -> Token:
        token = self.take(*kinds)
        if token is None:
            raise self.unexpected()
        return token

    def unexpected(self) -> ExpressionError:
        token = self.here
        if token.kind == "end":
            return ExpressionError("cell_ends_early", token.at)
        if token.kind in ("and", "or"):
            return ExpressionError("cell_logic", token.at, word=token.kind)
        if token.kind == "not":
            return ExpressionError("cell_not_inside", token.at)
        if token.kind in ("==", "!="):
            return ExpressionError("cell_equals", token.at)
        if token.kind == "-":
            return ExpressionError("cell_dash_inside", token.at)
        if token.kind == "name":
            return ExpressionError("cell_name", token.at, name=str(token.value)[:50])
        shown = token.kind if token.value is None else str(token.value)
        return ExpressionError("unexpected_part", token.at, part=shown[:30])

    # -- grammar

    def whole(self) -> Cell:
        if self.here.kind == "end" or (self.here.kind == "-" and self.tokens[self.index + 1].kind == "end"):
            return Cell(self.text)
        negated = self.take("not") is not None
        if negated:
            self.expect("(")
        self.tests()
        if negated:
            self.expect(")")
        if self.here.kind != "end":
            raise self.unexpected()
        return Cell(self.text, tuple(self.spans), self.null, negated)

    def tests(self) -> None:
        for _ in range(MAX_TESTS):
            self.test()
            if self.take(",") is None:
                return
        raise ExpressionError("cell_too_many_tests", self.here.at, maximum=MAX_TESTS)

    def test(self) -> None:
        token = self.here
        if self.take(*_COMPARISONS):
            value, is_open = self.bound(token), token.kind in ("<", ">")
            if token.kind[0] == "<":
                self.spans.append(Span(high=value, high_open=is_open))
            else:
                self.spans.append(Span(low=value, low_open=is_open))
        elif self.take("[", "(", "]"):
            self.spans.append(self.interval(token))
        else:
            value = self.literal()
            if value is None:
                self.null = True
            else:
                self.spans.append(Span(value, value))

    def interval(self, opening: Token) -> Span:
        low = self.bound(opening)
        first, second = self.expect("."), self.expect(".")
        if second.at != first.at + 1:
            raise ExpressionError("unexpected_part", second.at, part=".")
        high = self.bound(opening)
        closing = self.expect("]", ")", "[")
        span = Span(low, high, opening.kind != "[", closing.kind != "]")
        if low > high:
            raise ExpressionError("interval_upside_down", opening.at, low=show(low), high=show(high))
        if low == high and (span.low_open or span.high_open):
            raise ExpressionError("interval_empty", opening.at)
        return span

    def bound(self, operator: Token) -> Any:
        """A value that has an order."""
        at = self.here.at
        value = self.literal()
        if self.type.kind not in ORDERED:
            raise ExpressionError("cell_no_order", operator.at, kind=self.type.kind)
        if value is None:
            raise ExpressionError("cell_type", at, left=self.type.kind, right="null")
        return value

    def literal(self) -> Any:
        token = self.here
        value = self.plain_literal()
        if value is None:
            return None
        if isinstance(value, str) and self.type.kind in ("date", "datetime"):
            return self.moment(value, self.type, token.at)  # "2026-12-20" beside a date
        if self.type.kind not in _FITS[kind_of(value)]:
            raise ExpressionError("cell_type", token.at, left=self.type.kind, right=kind_of(value))
        choices = self.type.choices
        if choices is not None and value not in choices:
            raise ExpressionError(
                "not_one_of_choices", token.at, value=str(value)[:50], choices=", ".join(choices)
            )
        return value

    def plain_literal(self) -> Any:
        if token := self.take("number", "text"):
            return token.value
        if token := self.take("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[token.kind]
        following = self.tokens[min(self.index + 1, len(self.tokens) - 1)]
        if self.here.kind in ("-", "+") and following.kind == "number":
            sign = self.expect("-", "+")
            value: Any = self.expect("number").value
            return -value if sign.kind == "-" else value
        if self.here.kind == "name" and self.here.value == "date":
            return self.date_literal()
        raise self.unexpected()

    def date_literal(self) -> Any:
        """`date("2026-12-20")` or `date and time("2026-12-20T09:00:00+08:00")`."""
        name = self.expect("name")
        type_ = DATE
        if self.take("and"):
            if self.here.kind != "name" or self.here.value != "time":
                raise self.unexpected()
            self.expect("name")
            type_ = DATETIME
        if self.here.kind != "(":
            raise ExpressionError("cell_name", name.at, name="date")
        self.expect("(")
        text = self.expect("text")
        self.expect(")")
        return self.moment(str(text.value), type_, text.at)

    @staticmethod
    def moment(text: str, type_: Type, at: int) -> Any:
        try:
            return live(stored(text, type_), type_.kind)
        except Mismatch:
            code = "not_a_date_text" if type_.kind == "date" else "not_a_moment_text"
            raise ExpressionError(code, at, text=text[:40]) from None
