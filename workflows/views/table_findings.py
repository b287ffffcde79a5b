"""What the engine says of a table, beside the cells it speaks of and with a way out; and a row tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from workflows.engine.decisions import DecisionError, DecisionTable
from workflows.engine.decisions.sheets import Checked, Sheet
from workflows.engine.definition import pick_label
from workflows.engine.expressions import ExpressionError
from workflows.engine.messages import message
from workflows.engine.problems import Problem
from workflows.engine.values import Mismatch, live, stored

from .table_fields import Kind
from .words import listed, reader_language


@dataclass
class Finding:
    """A sentence. `at` names the cell; `deed` is the button that makes it go away."""

    text: str
    is_error: bool
    at: str = ""
    short: str = ""
    hint: str = ""
    deed: str = ""
    deed_label: str = ""


def findings_of(sheet: Sheet, checked: Checked) -> list[Finding]:
    """Everything that is said, mistakes first."""
    gaps = len(checked.gaps)
    found: list[Finding] = []
    for problem in checked.problems:
        one = _told(problem, sheet)
        if problem.code == "rules_leave_gap" and gaps:
            number = sum(other.deed.startswith("mend_gap") for other in found)
            if number < gaps:
                one.deed, one.deed_label = f"mend_gap.{number}", _("Add the missing rule")
        found.append(one)
    return sorted(found, key=lambda one: not one.is_error)


def _told(problem: Problem, sheet: Sheet) -> Finding:
    language = reader_language()
    params = problem.params
    reason = params.get("reason")
    inner: Mapping[str, Any] = reason if isinstance(reason, Mapping) else {}
    short = str(inner.get("en" if language == "en" else "zh", ""))
    one = Finding(
        text=problem.message(language),
        is_error=problem.severity == "error",
        short=short or problem.message(language),
        hint=str(inner.get("hint_en" if language == "en" else "hint_zh", "")) or problem.hint(language),
        at=_place(problem, sheet),
    )
    rule = params.get("rule")
    if problem.severity == "warning" and isinstance(rule, int) and not one.at:
        one.at = f"r{rule - 1}"
    if problem.code in ("rule_unreachable", "rule_repeated") or inner.get("code") == "cell_never_matches":
        one.deed, one.deed_label = f"drop_row.{int(rule or 1) - 1}", _("Take this rule away")
    if problem.code == "rules_overlap":
        one.deed, one.deed_label = "mend_first", _("Let the first rule that fits decide")
    return one


def _place(problem: Problem, sheet: Sheet) -> str:
    """The cell or head a problem speaks of, by the label of its column."""
    label = problem.params.get("column")
    if label is None:
        return ""
    conditions = [(one.label or one.expression or "?")[:50] for one in sheet.conditions]
    results = [(one.label or one.name or "?")[:50] for one in sheet.results]
    column = ""
    if label in conditions:
        column = f"i{conditions.index(label)}"
    elif label in results:
        column = f"o{results.index(label)}"
    if not column:
        return ""
    rule = problem.params.get("rule")
    if isinstance(rule, int):
        return f"r{rule - 1}-{column}"
    if problem.code == "decision_default":
        return f"d-{column}"
    return f"{column}-head"


# A row tried ------------------------------------------------------------------------------------


@dataclass
class TriedInput:
    name: str
    label: str
    kind: Kind
    value: str
    error: str = ""


@dataclass
class Tried:
    """What the table makes of the values that were typed."""

    inputs: list[TriedInput] = field(default_factory=list)
    is_asked: bool = False
    fits: str = ""
    taken: tuple[int, ...] = ()
    results: list[tuple[str, str]] = field(default_factory=list)
    refusal: str = ""


def tried(given: Mapping[str, str], sheet: Sheet, checked: Checked, kinds: list[Kind]) -> Tried:
    """The typed row, decided by the engine where something was typed."""
    language = reader_language()
    outcome = Tried()
    for at, (column, kind) in enumerate(zip(sheet.conditions, kinds, strict=True)):
        label = (column.english if language == "en" else "") or column.label or column.expression
        outcome.inputs.append(TriedInput(f"try-{at}", label, kind, given.get(f"try-{at}", "").strip()[:200]))
    table = checked.table
    outcome.is_asked = any(one.value for one in outcome.inputs)
    if table is None or not outcome.is_asked:
        return outcome
    values = [_value(one, at, table, language) for at, one in enumerate(outcome.inputs)]
    if any(one.error for one in outcome.inputs):
        return outcome
    try:
        fitting = table.fitting_rules(values)
        outcome.fits = listed(str(number) for number in fitting)
        decision = table.decide_by(values, _NoCase())
    except DecisionError as error:
        outcome.refusal = message(error.code, language, error.params)
    else:
        outcome.taken = decision.rules
        outcome.results = _results(decision.value, table, language)
    return outcome


def _value(one: TriedInput, at: int, table: DecisionTable, language: str) -> Any:
    type_ = table.inputs[at].type
    if not one.value:
        return None
    text: Any = (
        {"true": True, "false": False}.get(one.value, one.value) if type_.kind == "boolean" else one.value
    )
    try:
        value = live(stored(text, type_), type_.kind)
        allowed = table.inputs[at].allowed
        if allowed is not None and not allowed.contains(value):
            raise Mismatch("input_not_allowed", value=one.value, allowed=allowed.text[:200])
    except Mismatch as mismatch:
        one.error = message(mismatch.code, language, mismatch.params)
        return None
    return value


def _results(value: Any, table: DecisionTable, language: str) -> list[tuple[str, str]]:
    labels = {one.name: pick_label(one.labels, language, one.label) for one in table.outputs}
    records = value if isinstance(value, list) else [value]
    if not all(isinstance(one, Mapping) for one in records):
        return [(next(iter(labels.values()), ""), _shown(value))]
    return [(labels[name], _shown(one)) for record in records for name, one in record.items()]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "—" if value is None else str(value)


class _NoCase:
    """The context of a row that belongs to no case: a result that reads other names cannot be said."""

    def __init__(self) -> None:
        self.variables: dict[str, Any] = {}
        self.reads: dict[str, Any] = {}

    def subject(self, path: str) -> Any:
        raise ExpressionError("no_value", None)

    def now(self) -> Any:
        from core import clock

        return clock.now()
