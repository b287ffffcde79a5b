"""The small language of conditions, scripts, parameters and assignments.

`compile_expression` reads, checks and builds one expression; `compile_script` does it for the
lines of a script task. Both are bounded in length, depth and size before anything is evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflows.engine.vocabulary import Type

from .compiler import Compiler, Names, Run
from .errors import ExpressionError
from .evaluation import Context, Evaluation
from .functions import FUNCTIONS
from .lexer import is_free_name, is_name
from .nodes import ListOf, Literal, Node
from .parser import parse
from .types import common_type

__all__ = [
    "FUNCTIONS",
    "Context",
    "Evaluation",
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
    """A checked expression. `names` are the variables it reads ("subject" among them); a `literal`
    reads nothing. `line` is that of the script it stands in."""

    text: str
    type: Type
    names: frozenset[str]
    literal: bool
    _run: Run
    _whole: str = ""
    line: int | None = None

    def evaluate(self, context: Context) -> Any:
        """The value, as Python calculates with it: Decimal, date, str, bool, list, dict, None."""
        return self.run(Evaluation(context))

    def run(self, evaluation: Evaluation) -> Any:
        """`evaluate` within an evaluation that goes on afterwards, as from line to line of a script."""
        try:
            return self._run(evaluation)
        except ExpressionError as error:
            error.text = self._whole or self.text
            if self.line is not None:
                error.params.setdefault("line", self.line)
            raise

    def __repr__(self) -> str:
        return f"<Expression {self.text!r}: {self.type}>"


def unwrap(text: str) -> tuple[str, int, bool]:
    """Take `${...}` or `#{...}` off: the inner text, where it begins, and whether it was there."""
    stripped = text.strip()
    if stripped[:2] in ("${", "#{") and stripped.endswith("}"):
        return stripped[2:-1], text.index(stripped[:2]) + 2, True
    return text, 0, False


def compile_expression(
    text: str, names: Names, *, start: int = 0, line: int | None = None, patient: bool = False
) -> Expression:
    """Check an expression against the names it may use. Raises ExpressionError.

    In a line of a script the expression begins at `start`; places are counted in the whole line. A `patient`
    one is evaluated while its values are still being filled in (see `Compiler`)."""
    inner, offset, camunda = unwrap(text[start:])
    begin = start + offset
    try:
        node = parse(text[: begin + len(inner)], camunda=camunda, start=begin)
        compiler = Compiler(names, patient=patient)
        typed = compiler.build(node)
    except ExpressionError as error:
        error.text = text
        if line is not None:
            error.params["line"] = line
        raise
    roots, literal = frozenset(compiler.roots), _is_literal(node)
    return Expression(text[start:], typed.type, roots, literal, typed.run, text, line)


def _is_literal(node: Node) -> bool:
    if isinstance(node, ListOf):
        return all(_is_literal(item) for item in node.items)
    return isinstance(node, Literal)
