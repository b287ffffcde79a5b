"""Conditions that other apps keep in texts of their own, over facts that they name: no diagram and no case is behind
them, but the language is the one of the diagrams, with the same checks and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language

from core import clock
from core.errors import ApplicationError
from workflows.engine.expressions import Expression, ExpressionError, Names, compile_expression
from workflows.engine.messages import hint
from workflows.engine.vocabulary import Type, TypeLike, as_type


@dataclass(frozen=True)
class Condition:
    """A checked condition; ``names`` are the facts that it reads."""

    text: str
    names: frozenset[str]
    _expression: Expression = field(repr=False, compare=False)

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether it is true of these facts. What has no value yet makes a comparison untrue."""
        try:
            return self._expression.evaluate(_Sight(facts)) is True
        except ExpressionError:
            return False


def read_condition(text: str, facts: Mapping[str, TypeLike]) -> Condition:
    """Check a condition over facts of these types.

    Raises ApplicationError, in the user's language, where it cannot be read or is no yes or no.
    """
    try:
        expression = _compiled(text.strip(), tuple((name, as_type(kind)) for name, kind in facts.items()))
    except ExpressionError as error:
        raise ApplicationError(_words(error), code=error.code) from error
    return Condition(expression.text, expression.names, expression)


@lru_cache(maxsize=1024)
def _compiled(text: str, facts: tuple[tuple[str, Type], ...]) -> Expression:
    expression = compile_expression(text, Names(dict(facts), {}), patient=True)
    if expression.type.kind not in ("boolean", "any"):
        raise ExpressionError("condition_not_boolean", None, kind=expression.type.kind, text=text[:80])
    return expression


def _words(error: ExpressionError) -> str:
    language = "zh" if (get_language() or "").startswith("zh") else "en"
    more = hint(error.code, language, {**error.params, **error.place()})
    return f"{error.message(language)} {more}".strip()


class _Sight:
    """What a condition sees: the facts, and the time."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.reads: dict[str, Any] = {}
        self.variables = facts

    def subject(self, path: str) -> Any:
        raise ExpressionError("no_value", None)

    def now(self) -> Any:
        return clock.now()
