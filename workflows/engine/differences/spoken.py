"""Expressions in words, as far as people know the names in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from workflows.engine.definition import pick_label
from workflows.engine.expressions.nodes import (
    Binary,
    Call,
    Choice,
    Comparison,
    ListOf,
    Literal,
    Logic,
    Path,
    Unary,
)
from workflows.engine.texts.differences import OPERATORS

from .meaning import parsed
from .parts import Glossary, Labels, Sheet

_SIGNS: Final = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_OF_STEP: Final = ("outcome", "comment", "by")


class Speaker:
    """Says the expressions of one diagram in one language."""

    def __init__(self, sheet: Sheet, glossary: Glossary, language: str) -> None:
        self.sheet = sheet
        self.language = language
        self.chinese = language.startswith("zh")
        self.fields = glossary.fields.get(sheet.subject, {})
        self.names: dict[str, Labels] = {}
        self.choices: dict[tuple[str, str], Labels] = {}
        for element in sheet.elements.values():
            self.names.update({name: labels for name, labels in element.names.items() if labels})
            self.choices.update(element.choices)

    def say(self, text: str) -> str:
        """The expression in words; as it is written where it cannot be read."""
        node = parsed(text)
        return text if node is None else self._say(node)

    def _word(self, name: str, /, **values: Any) -> str:
        return OPERATORS[name][self.chinese].format(**values)

    def _label(self, labels: Mapping[str, str], fallback: str) -> str:
        return pick_label(labels, self.language, fallback)

    def _say(self, node: Any) -> str:
        match node:
            case Literal(value):
                return self._literal(value)
            case Path(parts):
                return self._path(parts)
            case ListOf(items):
                return ("、" if self.chinese else ", ").join(self._say(one) for one in items)
            case Call("empty", (operand,)):
                return self._word("is_empty", inner=self._say(operand))
            case Unary("not", Call("empty", (operand,))):
                return self._word("is_filled", inner=self._say(operand))
            case Unary("not", operand):
                return self._word("not", inner=self._say(operand))
            case Unary(operator, operand):
                return f"{operator}{self._inner(operand)}"
            case Logic(operator, left, right):
                sides = [
                    self._say(side)
                    if not isinstance(side, Logic) or side.operator == operator
                    else self._inner(side)
                    for side in (left, right)
                ]
                return f" {self._word(operator)} ".join(sides)
            case Binary(operator, left, right):
                return f"{self._inner(left)} {operator} {self._inner(right)}"
            case Comparison():
                return self._comparison(node)
            case Choice(condition, yes, no):
                return self._word(
                    "choice", yes=self._say(yes), no=self._say(no), condition=self._say(condition)
                )
            case Call(name, arguments):
                return self._call(name, arguments)
        return ""

    def _inner(self, node: Any) -> str:
        said = self._say(node)
        if not isinstance(node, (Binary, Logic, Choice, Comparison)):
            return said
        return f"（{said}）" if self.chinese else f"({said})"

    def _literal(self, value: Any) -> str:
        if value is None:
            return self._word("null")
        if isinstance(value, bool):
            return ("是" if value else "否") if self.chinese else ("yes" if value else "no")
        if isinstance(value, (int, Decimal)):
            return f"{value:,}"
        if isinstance(value, (date, datetime)):
            return value.isoformat()
        return f"“{value}”"

    def _path(self, parts: tuple[str, ...]) -> str:
        first, *rest = parts
        if first == "subject" and rest:
            return ".".join([self._label(self.fields.get(rest[0], {}), parts_text(parts, rest)), *rest[1:]])
        step = self.sheet.elements.get(first)
        if step is not None and len(rest) == 1 and rest[0] in _OF_STEP:
            return self._word(rest[0], name=self._label(step.labels, first))
        if not rest and first == "starter":
            return self._word("starter")
        return ".".join([self._label(self.names.get(first, {}), first), *rest])

    def _comparison(self, node: Comparison) -> str:
        left, right, operator = node.left, node.right, node.operator
        if isinstance(left, Path) and isinstance(right, Literal) and operator == "==":
            outcome = self._outcome(left.parts, right.value)
            if outcome is not None:
                return outcome
        said = {"left": self._side(left, right), "right": self._value(left, right)}
        if operator in _SIGNS:
            return f"{said['left']} {_SIGNS[operator]} {said['right']}"
        if operator in ("==", "!="):
            if (
                isinstance(right, Literal)
                and isinstance(right.value, (int, Decimal))
                and not isinstance(right.value, bool)
            ):
                return f"{said['left']} {'=' if operator == '==' else '≠'} {said['right']}"
            return self._word("is" if operator == "==" else "is_not", **said)
        return self._word(operator, **said)

    def _outcome(self, path: tuple[str, ...], value: Any) -> str | None:
        """`review.outcome == "approve"`: what was pressed at a step."""
        if len(path) != 2 or path[1] != "outcome" or not isinstance(value, str):
            return None
        step = self.sheet.elements.get(path[0])
        if step is None:
            return None
        label = self._label(self.choices.get((path[0], value), {}), value)
        return self._word("outcome_is", name=self._label(step.labels, path[0]), right=label)

    def _side(self, node: Any, other: Any) -> str:
        del other
        return self._inner(node) if isinstance(node, (Logic, Choice, Comparison)) else self._say(node)

    def _value(self, left: Any, right: Any) -> str:
        """The right side; one of the choices of the left side by its label."""
        if isinstance(left, Path) and isinstance(right, (Literal, ListOf)):
            key = left.parts[0]
            items = right.items if isinstance(right, ListOf) else (right,)
            said = []
            for item in items:
                value = getattr(item, "value", None)
                labels = self.choices.get((key, value)) if isinstance(value, str) else None
                said.append(self._label(labels, str(value)) if labels else self._say(item))
            return ("、" if self.chinese else ", ").join(said)
        return self._side(right, left)

    def _call(self, name: str, arguments: tuple[Any, ...]) -> str:
        if name in ("today", "now") and not arguments:
            return self._word(name)
        return f"{name}({', '.join(self._say(one) for one in arguments)})"


def parts_text(parts: tuple[str, ...], rest: list[str]) -> str:
    """A field nobody has a name for, as it is written."""
    return ".".join(parts[: len(parts) - len(rest) + 1])
