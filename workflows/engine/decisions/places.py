"""Where in a table something is wrong: the table, the rule, the column and the character.

The parts of an error stay plain data, with its sentence in both languages, because a failure while
a case runs is stored with the case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from workflows.engine.expressions import ExpressionError
from workflows.engine.messages import hint, message
from workflows.engine.problems import Findings, Problem

MOST_SHOWN: Final = 120


class DecisionError(ExpressionError):
    """A table that cannot decide: no rule matches, several do, or a value does not fit."""


@dataclass(frozen=True, slots=True)
class Place:
    """A spot of a table. Without a rule it is a column; `code` says which part of it."""

    table: str
    column: str
    line: int | None
    rule: int | None = None
    code: str = "decision_column"

    def in_rule(self, rule: int, line: int | None) -> Place:
        return replace(self, rule=rule, line=line, code="decision_cell")

    def allowed(self, line: int | None) -> Place:
        return replace(self, line=line, code="decision_allowed_values")

    def default(self, line: int | None) -> Place:
        return replace(self, line=line, code="decision_default")

    def params(self, error: ExpressionError, text: str) -> dict[str, Any]:
        params: dict[str, Any] = {"table": self.table, "column": self.column}
        if self.rule is not None:
            params["rule"] = self.rule
        inner = {**error.params, "expression": text[:MOST_SHOWN]}
        if error.position is not None:
            inner["position"] = error.position + 1
        return {**params, "reason": reason(error.code, inner)}

    def report(self, findings: Findings, error: ExpressionError, text: str) -> None:
        findings.error(self.code, None, self.line, **self.params(error, text))

    def warn(self, findings: Findings, error: ExpressionError, text: str) -> None:
        findings.warn(self.code, None, self.line, **self.params(error, text))

    def failure(self, error: ExpressionError, text: str) -> DecisionError:
        """The same while a case runs."""
        return DecisionError(self.code, None, **self.params(error, text))


def reason(code: str, params: dict[str, Any]) -> dict[str, Any]:
    """An inner error as plain data that a sentence can quote: `{reason[en]}`, `{reason[zh]}`."""
    found: dict[str, Any] = {
        "code": code,
        "en": message(code, "en", params),
        "zh": message(code, "zh", params),
        "hint_en": hint(code, "en", params),
        "hint_zh": hint(code, "zh", params),
    }
    if "position" in params:
        found["position"] = params["position"]
    return found


def of_file(findings: Findings, table: str, problem: Problem) -> None:
    """What the reader of XML says, as a problem of this table."""
    params = dict(problem.params)
    findings.error("decision_file", None, problem.line, table=table, reason=reason(problem.code, params))
