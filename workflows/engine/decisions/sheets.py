"""A decision table as a page edits it: plain texts, also of one that cannot decide yet.

Each column and row remembers as `origin` where it stood in the file it came from, so that writing
(`writing`) changes only what was changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from workflows.engine.expressions import Names
from workflows.engine.problems import DefinitionError, Findings, Problem
from workflows.engine.vocabulary import Type

from .analysis import gaps
from .build import column_types
from .dmn import LANGUAGE, Trouble, read_decision, read_parts
from .table import DecisionTable


@dataclass(slots=True)
class ConditionColumn:
    """What is looked at: an expression over the names of the process."""

    label: str = ""
    english: str = ""
    expression: str = ""
    type_ref: str = ""
    values: str = ""
    origin: int | None = None


@dataclass(slots=True)
class ResultColumn:
    """What is decided; `default` is None where the column has none."""

    name: str = ""
    label: str = ""
    english: str = ""
    type_ref: str = ""
    values: str = ""
    default: str | None = None
    origin: int | None = None


@dataclass(slots=True)
class Row:
    """A rule: a text for each condition, a text for each result."""

    conditions: list[str]
    results: list[str]
    description: str = ""
    origin: int | None = None


@dataclass(slots=True)
class Sheet:
    """A whole table."""

    label: str
    english: str = ""
    hit_policy: str = "UNIQUE"
    aggregation: str | None = None
    conditions: list[ConditionColumn] = field(default_factory=list)
    results: list[ResultColumn] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the engine says of a table: None as `table` means that it cannot decide."""

    table: DecisionTable | None
    problems: list[Problem]
    condition_types: list[Type | None]
    result_types: list[Type | None]

    @property
    def gaps(self) -> list[tuple[str, ...]]:
        """The conditions of rules that are missing."""
        return gaps(self.table) if self.table is not None else []


def read_sheet(dmn: str, name: str) -> Sheet:
    """A file as a sheet. Raises DefinitionError for what is no table, or one that a page cannot hold whole."""
    findings = Findings()
    parts = read_parts(dmn, Trouble(name, findings))
    wrong = [one for one in findings.problems if one.severity == "error" and one.code not in _UNFINISHED]
    if parts is None or wrong:
        raise DefinitionError(findings.problems)
    return Sheet(
        label=parts.labels.get(LANGUAGE, parts.name),
        english=parts.labels.get("en", ""),
        hit_policy=parts.hit_policy,
        aggregation=parts.aggregation,
        conditions=[
            ConditionColumn(
                label=one.labels.get(LANGUAGE, one.label),
                english=one.labels.get("en", ""),
                expression=one.expression.text,
                type_ref=one.type_ref,
                values=one.values.text if one.values is not None else "",
                origin=index,
            )
            for index, one in enumerate(parts.inputs)
        ],
        results=[
            ResultColumn(
                name=one.name,
                label=one.labels.get(LANGUAGE, one.label),
                english=one.labels.get("en", ""),
                type_ref=one.type_ref,
                values=one.values.text if one.values is not None else "",
                default=one.default.text if one.default is not None else None,
                origin=index,
            )
            for index, one in enumerate(parts.outputs)
        ],
        rows=[
            Row(
                [cell.text for cell in one.inputs],
                [cell.text for cell in one.outputs],
                one.description,
                index,
            )
            for index, one in enumerate(parts.rules)
        ],
    )


def check_table(dmn: str, names: Names, name: str) -> Checked:
    """Everything that is right and wrong with a file, over the names of the step that asks it."""
    findings = Findings()
    table = read_decision(dmn, names, findings, name=name)
    quiet = Trouble(name, Findings())
    parts = read_parts(dmn, quiet)
    if parts is None:
        return Checked(None, findings.problems, [], [])
    return Checked(table, findings.problems, *column_types(parts, names, quiet))


# What is wrong with a table that is not finished; a page shows it and goes on.
_UNFINISHED = frozenset(
    {
        "decision_without_input",
        "decision_without_output",
        "decision_without_rule",
        "aggregation_without_collect",
        "decision_cell",
        "decision_column",
    }
)
