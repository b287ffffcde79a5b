"""Nodes -> a checked, callable expression.

One walk does both: it finds the type of every part and builds a closure that evaluates it. No
text is ever handed to Python's own eval, so nothing outside this package can be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Protocol, TypeAlias

from workflows.engine.values import live, reviver
from workflows.engine.vocabulary import BOOLEAN, DATE, DATETIME, DECIMAL, INTEGER, NULL, TEXT, Type

from .errors import ExpressionError
from .functions import FUNCTIONS, accepts
from .nodes import Binary, Call, Choice, Comparison, ListOf, Literal, Logic, Node, Path, Unary
from .operations import arithmetic, compare, within

MAX_SHOWN: Final = 200
_NUMBERS: Final = ("integer", "decimal")
_ORDERED: Final = ("integer", "decimal", "date", "datetime")


class Context(Protocol):
    """What an expression sees when it is evaluated; `reads` collects the values it looked at."""

    reads: dict[str, Any]

    @property
    def variables(self) -> Mapping[str, Any]: ...

    def subject(self, path: str) -> Any: ...

    def now(self) -> datetime: ...


Run: TypeAlias = Callable[[Context], Any]


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
    """Checks and builds one expression."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.roots: set[str] = set()

    def build(self, node: Node) -> Typed:
        return _BUILDERS[type(node)](self, node)

    # -- values

    def literal(self, node: Literal) -> Typed:
        value = node.value
        if value is None:
            return Typed(NULL, lambda context: None)
        return Typed(_literal_type(value), lambda context: value)

    def list_of(self, node: ListOf) -> Typed:
        items = [self.build(item) for item in node.items]
        runs = [item.run for item in items]
        kinds = {item.type.kind for item in items}
        inner = items[0].type if len(kinds) == 1 else None
        if inner is None and kinds and kinds <= set(_NUMBERS):
            inner = DECIMAL
        return Typed(Type("list", item=inner), lambda context: [run(context) for run in runs])

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
        return Typed(type_, _reader(root, tuple(fields), reviver(type_)))

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

        def run(context: Context) -> Any:
            value = alive(context.subject(path))
            context.reads[f"subject.{path}"] = _shown(value)
            return value

        return Typed(type_, run)

    # -- operators

    def unary(self, node: Unary) -> Typed:
        operand = self.build(node.operand)
        run, at = operand.run, node.at
        if node.operator == "not":
            self.truth(operand, node.operand)
            return Typed(BOOLEAN, lambda context: not run(context))
        if operand.type.kind not in (*_NUMBERS, "any"):
            raise ExpressionError("cannot_calculate", at, operator=node.operator, kind=operand.type.kind)
        if isinstance(node.operand, Literal) and node.operator == "-":
            value = node.operand.value
            return Typed(operand.type, lambda context: -value)  # type: ignore[operator]
        factor = -1 if node.operator == "-" else 1
        return Typed(operand.type, lambda context: arithmetic("*", run(context), factor, at))

    def binary(self, node: Binary) -> Typed:
        left, right = self.build(node.left), self.build(node.right)
        type_ = _binary_type(node, left.type, right.type)
        operator, at, a, b = node.operator, node.at, left.run, right.run
        return Typed(type_, lambda context: arithmetic(operator, a(context), b(context), at))

    def comparison(self, node: Comparison) -> Typed:
        left, right = self.build(node.left), self.build(node.right)
        left = _as_moment(left, node.left, right.type)
        right = _as_moment(right, node.right, left.type)
        operator, at, a, b = node.operator, node.at, left.run, right.run
        if operator in ("in", "not in"):
            _check_within(node, left.type, right.type)
            wanted = operator == "in"
            return Typed(BOOLEAN, lambda context: within(a(context), b(context), at) is wanted)
        _check_comparable(node, left.type, right.type)
        return Typed(BOOLEAN, lambda context: compare(operator, a(context), b(context), at))

    def logic(self, node: Logic) -> Typed:
        left, right = self.build(node.left), self.build(node.right)
        self.truth(left, node.left)
        self.truth(right, node.right)
        a, b = left.run, right.run
        if node.operator == "and":
            return Typed(BOOLEAN, lambda context: bool(a(context)) and bool(b(context)))
        return Typed(BOOLEAN, lambda context: bool(a(context)) or bool(b(context)))

    def choice(self, node: Choice) -> Typed:
        condition, yes, no = self.build(node.condition), self.build(node.yes), self.build(node.no)
        self.truth(condition, node.condition)
        type_ = common_type(yes.type, no.type)
        if type_ is None:
            raise ExpressionError("branches_differ", node.at, left=yes.type.kind, right=no.type.kind)
        test, a, b = condition.run, yes.run, no.run
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
        for index, argument in enumerate(arguments):
            word = function.takes[min(index, len(function.takes) - 1)]
            if not accepts(word, argument.type.kind):
                at = node.arguments[index].at
                raise ExpressionError(
                    "wrong_argument", at, name=node.name, expected=word, kind=argument.type.kind
                )
        runs, run, at = [argument.run for argument in arguments], function.run, node.at
        type_ = function.gives([argument.type for argument in arguments])
        if type_ is None:
            raise ExpressionError("arguments_differ", at, name=node.name)
        return Typed(type_, lambda context: run([each(context) for each in runs], context, at))

    @staticmethod
    def truth(typed: Typed, node: Node) -> None:
        if typed.type.kind not in ("boolean", "any", "null"):
            raise ExpressionError("not_a_condition", node.at, kind=typed.type.kind)


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


def common_type(left: Type, right: Type) -> Type | None:
    """The type that holds both, or None."""
    if left.kind == right.kind:
        return left if left == right else Type(left.kind)
    if left.kind in ("null", "any"):
        return right
    if right.kind in ("null", "any"):
        return left
    if {left.kind, right.kind} == set(_NUMBERS):
        return DECIMAL
    if {left.kind, right.kind} == {"text", "choice"}:
        return TEXT
    return None


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


def _reader(root: str, fields: tuple[str, ...], alive: Callable[[Any], Any]) -> Run:
    """Read a variable; a field of something that has no value yet has no value either."""
    name = ".".join((root, *fields))

    def read(context: Context) -> Any:
        value = context.variables.get(root)
        for field in fields:
            value = value.get(field) if isinstance(value, Mapping) else None
        context.reads[name] = _shown(value)
        return alive(value)

    def read_root(context: Context) -> Any:
        value = context.variables.get(root)
        context.reads[root] = _shown(value)
        return alive(value)

    return read if fields else read_root


def _shown(value: Any) -> Any:
    """What history keeps of a value that was read."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value if len(value) <= MAX_SHOWN else value[:MAX_SHOWN] + "…"
    if isinstance(value, (list, Mapping)):
        return value if len(str(value)) <= MAX_SHOWN else f"({len(value)})"
    return value


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
        value: Any = live(node.value, other.kind)
    except ValueError:
        raise ExpressionError("not_a_date_text", node.at, text=node.value[:30]) from None
    return Typed(other, lambda context: value)


def _binary_type(node: Binary, left: Type, right: Type) -> Type:
    a, b, operator = left.kind, right.kind, node.operator
    if a in (*_NUMBERS, "any") and b in (*_NUMBERS, "any"):
        if operator == "//" or (a == b == "integer" and operator != "/"):
            return INTEGER
        return DECIMAL
    if operator == "+" and {a, b} <= {"text", "choice", "any"}:
        return TEXT
    if operator == "+" and a == b == "list":
        return left if left == right else Type("list")
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
    comparable = kinds <= {*_NUMBERS, "any"} or (len(kinds - {"any"}) == 1 and kinds <= {*_ORDERED, "any"})
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
