"""Nodes -> a checked, callable expression.

One walk does both: it finds the type of every part and builds a closure that evaluates it. No
text is ever handed to Python's own eval, so nothing outside this package can be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

from workflows.engine.values import Mismatch, plain, reviver, weigh, written_date, written_moment
from workflows.engine.vocabulary import BOOLEAN, DATE, DATETIME, DECIMAL, INTEGER, NULL, TEXT, Type

from .errors import ExpressionError
from .evaluation import Context as Context
from .evaluation import Evaluation
from .functions import FUNCTIONS, accepts
from .nodes import Binary, Call, Choice, Comparison, ListOf, Literal, Logic, Node, Path, Unary
from .operations import arithmetic, calculate, compare, kind_of, negative, within
from .types import NUMBERS, common_type, list_type

MAX_SHOWN: Final = 200
_ORDERED: Final = ("integer", "decimal", "date", "datetime")


Run: TypeAlias = Callable[[Evaluation], Any]


@dataclass(frozen=True, slots=True)
class Typed:
    type: Type
    run: Run


@dataclass(frozen=True, slots=True)
class Names:
    """What an expression may name: variables by type, and fields of `subject`."""

    variables: Mapping[str, Type]
    subject: Mapping[str, Type]


class Compiler:
    """Checks and builds one expression. In a `patient` one a comparison with what has no value yet does not
    hold, where it would else be a mistake."""

    def __init__(self, names: Names, *, patient: bool = False) -> None:
        self.names = names
        self.patient = patient
        self.roots: set[str] = set()

    def build(self, node: Node) -> Typed:
        typed = _BUILDERS[type(node)](self, node)
        return _patient(typed) if self.patient and isinstance(node, Comparison) else typed

    # -- values

    def literal(self, node: Literal) -> Typed:
        value = node.value
        if value is None:
            return Typed(NULL, lambda context: None)
        return Typed(_literal_type(value), lambda context: value)

    def list_of(self, node: ListOf) -> Typed:
        items = [self.build(item) for item in node.items]
        runs = [item.run for item in items]
        return Typed(list_type([item.type for item in items]), lambda context: [run(context) for run in runs])

    def path(self, node: Path) -> Typed:
        if node.parts[0] == "subject":
            return self.subject_path(node)
        root, *fields = node.parts
        type_ = self.names.variables.get(root)
        if type_ is None:
            raise ExpressionError("unknown_name", node.at, name=root, known=_some(self.names.variables, root))
        for index, name in enumerate(fields):
            if type_.kind != "record":
                raise ExpressionError(
                    "no_fields", node.at, name=".".join(node.parts[: index + 1]), kind=type_.kind
                )
            if type_.fields is None:
                raise ExpressionError("fields_not_declared", node.at, name=".".join(node.parts[: index + 1]))
            if name not in type_.fields:
                raise ExpressionError(
                    "unknown_field", node.at, name=".".join(node.parts), known=_some(type_.fields, name)
                )
            type_ = type_.fields[name]
        self.roots.add(root)
        return Typed(type_, _reader(root, tuple(fields), type_, node.at))

    def subject_path(self, node: Path) -> Typed:
        path = ".".join(node.parts[1:])
        fields = self.names.subject
        if not path:
            raise ExpressionError("subject_alone", node.at, known=_some(fields, ""))
        if path not in fields:
            raise ExpressionError("unknown_field", node.at, name=f"subject.{path}", known=_some(fields, path))
        self.roots.add("subject")
        type_ = fields[path]
        alive = reviver(type_)

        def run(context: Evaluation) -> Any:
            value = context.subject(path)
            context.reads[f"subject.{path}"] = _shown(value)
            if isinstance(value, (list, Mapping)):
                context.spend(_weight(value, node.at), node.at)
            return alive(value)

        return Typed(type_, run)

    # -- operators

    def unary(self, node: Unary) -> Typed:
        operand = self.build(node.operand)
        run, at = operand.run, node.at
        if node.operator == "not":
            run = self.truth(operand, node.operand)
            return Typed(BOOLEAN, lambda context: not run(context))
        if operand.type.kind not in (*NUMBERS, "any"):
            raise ExpressionError("cannot_calculate", at, operator=node.operator, kind=operand.type.kind)
        if isinstance(node.operand, Literal) and node.operator == "-":
            value = negative(node.operand.value, at)
            return Typed(operand.type, lambda context: value)
        type_ = DECIMAL if operand.type.kind == "any" else operand.type
        factor = -1 if node.operator == "-" else 1
        return Typed(type_, lambda context: calculate("*", run(context), factor, at))

    def binary(self, node: Binary) -> Typed:
        left, right = self.build(node.left), self.build(node.right)
        type_ = _binary_type(node, left.type, right.type)
        operator, at, a, b = node.operator, node.at, left.run, right.run
        if type_.kind in NUMBERS and left.type.kind in (*NUMBERS, "any"):
            return Typed(type_, lambda context: calculate(operator, a(context), b(context), at))
        if type_.kind not in ("text", "list"):
            return Typed(type_, lambda context: arithmetic(operator, a(context), b(context), at))

        def join(context: Evaluation) -> Any:
            joined = arithmetic(operator, a(context), b(context), at)
            context.spend(len(joined) // 100, at)
            return joined

        return Typed(type_, join)

    def comparison(self, node: Comparison) -> Typed:
        left, right = self.build(node.left), self.build(node.right)
        left = _as_moment(left, node.left, right.type)
        right = _as_moment(right, node.right, left.type)
        operator, at, a, b = node.operator, node.at, left.run, right.run
        if operator in ("in", "not in"):
            _check_within(node, left.type, right.type)
            wanted = operator == "in"
            return Typed(BOOLEAN, lambda context: within(a(context), b(context), at, context) is wanted)
        _check_comparable(node, left.type, right.type)
        return Typed(BOOLEAN, lambda context: compare(operator, a(context), b(context), at, context))

    def logic(self, node: Logic) -> Typed:
        left, right = self.build(node.left), self.build(node.right)
        a, b = self.truth(left, node.left), self.truth(right, node.right)
        if node.operator == "and":
            return Typed(BOOLEAN, lambda context: bool(a(context)) and bool(b(context)))
        return Typed(BOOLEAN, lambda context: bool(a(context)) or bool(b(context)))

    def choice(self, node: Choice) -> Typed:
        condition, yes, no = self.build(node.condition), self.build(node.yes), self.build(node.no)
        test, a, b = self.truth(condition, node.condition), yes.run, no.run
        type_ = common_type(yes.type, no.type)
        if type_ is None:
            raise ExpressionError("branches_differ", node.at, left=yes.type.kind, right=no.type.kind)
        return Typed(type_, lambda context: a(context) if test(context) else b(context))

    def call(self, node: Call) -> Typed:
        function = FUNCTIONS.get(node.name)
        if function is None:
            raise ExpressionError(
                "unknown_function", node.at, name=node.name, known=", ".join(sorted(FUNCTIONS))
            )
        arguments = [self.build(argument) for argument in node.arguments]
        least = min(function.optional, len(function.takes))
        if len(arguments) < least or (len(arguments) > len(function.takes) and not function.many):
            raise ExpressionError("wrong_arguments", node.at, name=node.name, expected=len(function.takes))
        runs: list[Run] = []
        for index, argument in enumerate(arguments):
            word = function.takes[min(index, len(function.takes) - 1)]
            at = node.arguments[index].at
            if not accepts(word, argument.type.kind):
                raise ExpressionError(
                    "wrong_argument", at, name=node.name, expected=word, kind=argument.type.kind
                )
            unknown = argument.type.kind == "any"
            runs.append(_checked(argument.run, node.name, word, at) if unknown else argument.run)
        run, at = function.run, node.at
        type_ = function.gives([argument.type for argument in arguments])
        if type_ is None:
            raise ExpressionError("arguments_differ", at, name=node.name)
        if function.lazy:
            return Typed(type_, lambda context: run((each(context) for each in runs), context, at))
        return Typed(type_, lambda context: run([each(context) for each in runs], context, at))

    @staticmethod
    def truth(typed: Typed, node: Node) -> Run:
        """A condition: yes, no, or no value, which counts as no."""
        kind, run, at = typed.type.kind, typed.run, node.at
        if kind not in ("boolean", "any", "null"):
            raise ExpressionError("not_a_condition", at, kind=kind)
        if kind != "any":
            return run

        def checked(context: Evaluation) -> Any:
            value = run(context)
            if value is not None and not isinstance(value, bool):
                raise ExpressionError("not_a_condition", at, kind=kind_of(value))
            return value

        return checked


_BUILDERS: Final[dict[type, Callable[[Compiler, Any], Typed]]] = {
    Literal: Compiler.literal,
    ListOf: Compiler.list_of,
    Path: Compiler.path,
    Unary: Compiler.unary,
    Binary: Compiler.binary,
    Comparison: Compiler.comparison,
    Logic: Compiler.logic,
    Choice: Compiler.choice,
    Call: Compiler.call,
}


def _patient(typed: Typed) -> Typed:
    run = typed.run

    def held(context: Evaluation) -> Any:
        try:
            return run(context)
        except ExpressionError as error:
            if error.code != "no_value":
                raise
            return False

    return Typed(typed.type, held)


def _literal_type(value: Any) -> Type:
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return INTEGER
    if isinstance(value, Decimal):
        return DECIMAL
    if isinstance(value, datetime):
        return DATETIME
    return DATE if isinstance(value, date) else TEXT


def _checked(run: Run, name: str, word: str, at: int) -> Run:
    """An argument whose type only its value tells: refused when it is evaluated, not in the function."""

    def checked(context: Evaluation) -> Any:
        value = run(context)
        if value is not None and not accepts(word, kind_of(value)):
            raise ExpressionError("wrong_argument", at, name=name, expected=word, kind=kind_of(value))
        return value

    return checked


def _reader(root: str, fields: tuple[str, ...], type_: Type, at: int) -> Run:
    """Read a variable; a field of something that has no value yet has no value either."""
    name = ".".join((root, *fields))
    alive = reviver(type_)

    def read(context: Evaluation) -> Any:
        value = context.variables.get(root)
        for field in fields:
            value = value.get(field) if isinstance(value, Mapping) else None
        context.reads[name] = _shown(value)
        return alive(value)

    def read_many(context: Evaluation) -> Any:
        """Lists are made alive once in an evaluation, however often they are named."""
        if name not in context.revived:
            value = context.variables.get(root)
            for field in fields:
                value = value.get(field) if isinstance(value, Mapping) else None
            context.reads[name] = _shown(value)
            context.spend(_weight(value, at), at)
            context.revived[name] = alive(value)
        return context.revived[name]

    return read_many if type_.kind in ("list", "record") else read


def _weight(value: Any, at: int) -> int:
    """How many parts there are to look at; flat lists, nearly all of them, need not be walked."""
    if isinstance(value, list) and not any(isinstance(item, (list, Mapping)) for item in value):
        return len(value)
    try:
        return weigh(value)
    except Mismatch as mismatch:
        raise ExpressionError(mismatch.code, at, **mismatch.params) from None


def _shown(value: Any) -> Any:
    """What history keeps of a value that was read: JSON, and no more than a line of it."""
    if isinstance(value, str):
        return value if len(value) <= MAX_SHOWN else value[:MAX_SHOWN] + "…"
    if isinstance(value, (list, Mapping)):
        return plain(value) if _length(value, MAX_SHOWN) <= MAX_SHOWN else f"({len(value)})"
    return plain(value)


def _length(value: Any, most: int) -> int:
    """About how long a value is as text. Stops when that is known to be too long: writing a list of
    long texts out only to find it too long would cost more than the whole expression."""
    if isinstance(value, str):
        return len(value) + 2
    if not isinstance(value, (list, Mapping)):
        return len(str(value))
    length = 2
    inside = (part for pair in value.items() for part in pair) if isinstance(value, Mapping) else value
    for part in inside:
        length += _length(part, most - length) + 2
        if length > most:
            break
    return length


def _some(names: Mapping[str, Any], wanted: str) -> str:
    """A few names to choose from, the ones alike first."""
    alike = sorted(names, key=lambda name: (name[:3].lower() != wanted[:3].lower(), name))
    return ", ".join(alike[:8])


def _as_moment(typed: Typed, node: Node, other: Type) -> Typed:
    """A text literal beside a date is read as a date, and refused here when it is none."""
    if other.kind not in ("date", "datetime") or not isinstance(node, Literal):
        return typed
    if not isinstance(node.value, str):
        return typed
    try:
        value = written_date(node.value) if other.kind == "date" else written_moment(node.value)
    except ValueError:
        raise ExpressionError("not_a_date_text", node.at, text=node.value[:30]) from None
    return Typed(other, lambda context: value)


def _binary_type(node: Binary, left: Type, right: Type) -> Type:
    a, b, operator = left.kind, right.kind, node.operator
    if "any" in (a, b) and operator == "+" and {a, b} <= {"text", "choice", "any"} and a != b:
        return TEXT
    if a in (*NUMBERS, "any") and b in (*NUMBERS, "any"):
        if operator == "//" or (a == b == "integer" and operator != "/"):
            return INTEGER
        return DECIMAL
    if operator == "+" and {a, b} <= {"text", "choice"}:
        return TEXT
    if operator == "+" and a == b == "list":
        return common_type(left, right) or Type("list")
    if a in ("date", "datetime") and b == "integer" and operator in ("+", "-"):
        return left
    if a in ("date", "datetime") and a == b and operator == "-":
        return INTEGER
    if operator == "*" and "text" in (a, b):
        raise ExpressionError("text_times_number", node.at)
    raise ExpressionError("cannot_calculate_types", node.at, operator=operator, left=a, right=b)


def _check_comparable(node: Comparison, left: Type, right: Type) -> None:
    kinds = {left.kind, right.kind}
    if node.operator in ("==", "!="):
        _check_choice(node.left, right)
        _check_choice(node.right, left)
        if common_type(left, right) is None:
            raise ExpressionError("cannot_compare", node.at, left=left.kind, right=right.kind)
        return
    if "null" in kinds:
        raise ExpressionError("cannot_compare", node.at, left=left.kind, right=right.kind)
    comparable = kinds <= {*NUMBERS, "any"} or (len(kinds - {"any"}) == 1 and kinds <= {*_ORDERED, "any"})
    if not comparable:
        raise ExpressionError("cannot_compare", node.at, left=left.kind, right=right.kind)


def _check_choice(node: Node, other: Type) -> None:
    """A misspelt choice would be a condition that never holds."""
    if other.kind != "choice" or other.choices is None or not isinstance(node, Literal):
        return
    if isinstance(node.value, str) and node.value not in other.choices:
        raise ExpressionError(
            "not_one_of_choices", node.at, value=node.value[:50], choices=", ".join(other.choices)
        )


def _check_within(node: Comparison, item: Type, container: Type) -> None:
    if container.kind in ("text", "choice"):
        if item.kind not in ("text", "choice", "any"):
            raise ExpressionError("cannot_compare", node.at, left=item.kind, right=container.kind)
        return
    if container.kind not in ("list", "any"):
        raise ExpressionError("not_a_list_to_search", node.at, kind=container.kind)
    if isinstance(node.right, ListOf):
        for each in node.right.items:
            _check_choice(each, item)
    if container.item is not None and common_type(item, container.item) is None:
        raise ExpressionError("cannot_compare", node.at, left=item.kind, right=container.item.kind)
