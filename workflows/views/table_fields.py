"""A decision table as fields of a form: a sheet becomes rows of cells, each with what its column holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.engine.decisions.cells import read_cell
from workflows.engine.decisions.celltexts import Parts, plain_result, take_apart, tests_of
from workflows.engine.decisions.sheets import Checked, Row, Sheet
from workflows.engine.expressions import ExpressionError
from workflows.engine.vocabulary import TEXT, Type
from workflows.views.table_sheet import TESTS, shown_type


@dataclass
class Kind:
    """What a column holds: `choices` are its values with their words, where it has few."""

    name: str
    choices: list[tuple[str, str]] = field(default_factory=list)

    @property
    def tests(self) -> list[tuple[str, Any]]:
        return [(test, TESTS[test]) for test in tests_of(self.name)]

    @property
    def is_number(self) -> bool:
        return self.name in ("integer", "decimal")


@dataclass
class CellFields:
    """One cell: either a formula, or a comparison with values, or a plain result."""

    at: str
    kind: Kind
    formula: str | None = None
    parts: Parts | None = None
    value: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def first(self) -> str:
        if self.parts is None:
            return ""
        pair = self.parts.test in ("between", "inside")
        return self.parts.values[0] if pair and self.parts.values else "" if pair else self.parts.typed

    @property
    def second(self) -> str:
        values = self.parts.values if self.parts is not None else ()
        return values[1] if self.has_second and len(values) > 1 else ""

    @property
    def has_first(self) -> bool:
        return self.parts is not None and self.parts.test not in ("any", "empty", "true", "false")

    @property
    def has_second(self) -> bool:
        return self.parts is not None and self.parts.test in ("between", "inside")

    @property
    def ticks(self) -> list[tuple[str, str, bool]]:
        """The values to tick; one that is not among the choices stays, so that it can be unticked."""
        ticked = self.parts.values if self.parts is not None else ()
        known = [value for value, _label in self.kind.choices]
        more = [(value, value) for value in ticked if value not in known]
        return [(value, label, value in ticked) for value, label in [*self.kind.choices, *more]]

    @property
    def options(self) -> list[tuple[str, str]]:
        """The results to choose from; one that is not among the choices stays chosen."""
        known = [value for value, _label in self.kind.choices]
        more = [(self.value, self.value)] if self.value and self.value not in known else []
        return [*self.kind.choices, *more]


@dataclass
class RowFields:
    number: int
    at: str
    row: Row
    conditions: list[CellFields]
    results: list[CellFields]


def kinds_of(
    sheet: Sheet, checked: Checked, labels: Mapping[str, Mapping[str, str]]
) -> tuple[list[Kind], list[Kind]]:
    """What each column holds. `labels`: the words of the values of an expression, where it has few."""
    conditions = []
    for at, column in enumerate(sheet.conditions):
        type_ = _type(checked.condition_types, at, column.type_ref)
        words = labels.get(column.expression, {})
        values = _listed(column.values, type_) or list((type_.choices if type_ else None) or words)
        name = type_.kind if type_ is not None else ""
        if name in ("text", "choice") and values:
            conditions.append(Kind("choice", [(value, words.get(value, value)) for value in values]))
        else:
            conditions.append(Kind(name))
    results = []
    for at, result in enumerate(sheet.results):
        type_ = _type(checked.result_types, at, result.type_ref) or _guess(sheet, at)
        values = _listed(result.values, type_)
        name = type_.kind if type_ is not None else ""
        results.append(Kind("choice" if values else name, [(value, value) for value in values]))
    return conditions, results


def _type(types: list[Type | None], at: int, type_ref: str) -> Type | None:
    found = types[at] if at < len(types) else None
    named = {
        "string": "text",
        "integer": "integer",
        "number": "decimal",
        "boolean": "boolean",
        "date": "date",
    }
    name = named.get(shown_type(type_ref))
    return found or (Type(name) if name else None)


def _guess(sheet: Sheet, at: int) -> Type | None:
    """What a result column holds whose cells do not go together: what most of them look like."""
    cells = [row.results[at] for row in sheet.rows]
    texts = sum(plain_result(cell, "text") is not None for cell in cells)
    numbers = sum(plain_result(cell, "decimal") is not None for cell in cells)
    return Type("decimal") if numbers > texts else TEXT


def _listed(values: str, type_: Type | None) -> list[str]:
    """The allowed values of a column of texts, if it lists them."""
    if not values or type_ is None or type_.kind not in ("text", "choice"):
        return []
    try:
        listed = read_cell(values, TEXT).values
    except ExpressionError:
        return []
    return [str(value) for value in listed or ()]


def condition_cell(at: str, text: str, kind: Kind, *, expert: bool) -> CellFields:
    parts = None if expert else take_apart(text, kind.name)
    if parts is None or (kind.choices and parts.test in ("lt", "le", "gt", "ge")):
        return CellFields(at, kind, formula=text)
    return CellFields(at, kind, parts=parts)


def result_cell(at: str, text: str, kind: Kind, *, expert: bool) -> CellFields:
    value = None if expert else plain_result(text, kind.name)
    return CellFields(at, kind, formula=text) if value is None else CellFields(at, kind, value=value)


def rows_of(sheet: Sheet, conditions: list[Kind], results: list[Kind], *, expert: bool) -> list[RowFields]:
    """Every rule as fields."""
    return [
        RowFields(
            n + 1,
            f"r{n}",
            row,
            [
                condition_cell(f"r{n}-i{at}", text, kind, expert=expert)
                for at, (text, kind) in enumerate(zip(row.conditions, conditions, strict=True))
            ],
            [
                result_cell(f"r{n}-o{at}", text, kind, expert=expert)
                for at, (text, kind) in enumerate(zip(row.results, results, strict=True))
            ],
        )
        for n, row in enumerate(sheet.rows)
    ]
