"""The small language of conditions, scripts, parameters and assignments.

`compile_expression` reads, checks and builds one expression; `compile_script` does it for the
lines of a script task. Both are bounded in length, depth and size before anything is evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflows.engine.vocabulary import Type

from .compiler import Compiler, Context, Names, Run, common_type
from .errors import ExpressionError
from .functions import FUNCTIONS
from .lexer import is_free_name, is_name
from .nodes import Literal
from .parser import parse

__all__ = [
    "FUNCTIONS",
    "Context",
    "Expression",
    "ExpressionError",
    "Names",
    "common_type",
    "compile_expression",
    "is_free_name",
    "is_name",
    "unwrap",
]


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression. `names` are the variables it reads ("subject" among them)."""

    text: str
    type: Type
    names: frozenset[str]
    literal: bool
    _run: Run

    def evaluate(self, context: Context) -> Any:
        """The value, as Python calculates with it: Decimal, date, str, bool, list, dict, None."""
        return self._run(context)

    def __repr__(self) -> str:
        return f"<Expression {self.text!r}: {self.type}>"


def unwrap(text: str) -> tuple[str, int, bool]:
    """Take `${...}` or `#{...}` off: the inner text, where it begins, and whether it was there."""
    stripped = text.strip()
    if stripped[:2] in ("${", "#{") and stripped.endswith("}"):
        return stripped[2:-1], text.index(stripped[:2]) + 2, True
    return text, 0, False


def compile_expression(text: str, names: Names) -> Expression:
    """Check an expression against the names it may use. Raises ExpressionError."""
    inner, offset, camunda = unwrap(text)
    try:
        node = parse(inner, camunda=camunda)
        compiler = Compiler(names)
        typed = compiler.build(node)
    except ExpressionError as error:
        if error.position is not None:
            error.position += offset
        raise
    return Expression(text, typed.type, frozenset(compiler.roots), isinstance(node, Literal), typed.run)
