"""Expressions in words: `subject.amount >= 50000` is “amount is at least 50,000”.

What has no better words stays in the letters of the file."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from workflows.engine import Element, Expression
from workflows.engine.definition import pick_label
from workflows.engine.expressions import unwrap
from workflows.engine.expressions.nodes import (
    Binary,
    Call,
    Choice,
    Comparison,
    ListOf,
    Literal,
    Logic,
    Node,
    Path,
    Unary,
)
from workflows.engine.expressions.parser import parse

from .words import Words, capital

_COMPARED: Final = {
    "==": ("{} is {}", "{}为{}"),
    "!=": ("{} is not {}", "{}不为{}"),
    "<": ("{} is less than {}", "{}小于 {}"),
    "<=": ("{} is at most {}", "{}不超过 {}"),
    ">": ("{} is more than {}", "{}大于 {}"),
    ">=": ("{} is at least {}", "{}不少于 {}"),
    "in": ("{} is one of {}", "{}是{}之一"),
    "not in": ("{} is none of {}", "{}不是{}中的任何一个"),
}
_OF_DATES: Final = {
    "<": ("{} is before {}", "{}早于{}"),
    "<=": ("{} is not after {}", "{}不晚于{}"),
    ">": ("{} is after {}", "{}晚于{}"),
    ">=": ("{} is not before {}", "{}不早于{}"),
}
_CALLED: Final = {
    "empty": ("{} is empty", "{}为空"),
    "today": ("today", "今天"),
    "now": ("this moment", "此刻"),
    "date": ("{}", "{}"),
    "text": ("{}", "{}"),
    "number": ("{}", "{}"),
    "coalesce": ("{} ({} if there is none)", "{}（没有时取 {}）"),
    "days": ("the days from {} to {}", "{}到{}的天数"),
    "len": ("the number of {}", "{}的个数"),
    "contains": ("{} contains {}", "{}包含{}"),
    "starts_with": ("{} begins with {}", "{}以{}开头"),
}


class Conditions:
    """Turns the expressions of one process into words."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.say = words.say
        elements = words.definition.elements.values()
        self.fields = {field.id: field for element in elements for field in element.form}
        self.fields.update({field.id: field for field in words.definition.start_fields})
        self.results = {element.result: element for element in elements if element.result}
        # "member" of a multi-instance over what a table gave is a row of that table.
        for element in elements:
            loop = element.loop
            if loop is not None and loop.item and loop.collection is not None:
                source = self.results.get(loop.collection.text.strip())
                if source is not None:
                    self.results.setdefault(loop.item, source)

    def of(self, expression: Expression) -> str:
        text, _offset, foreign = unwrap(expression.text)
        return self._say(parse(text, camunda=foreign))

    def person(self, expression: Expression) -> str:
        """Who is meant by `subject.owner`: “owner of the contract”."""
        text, _offset, foreign = unwrap(expression.text)
        node = parse(text, camunda=foreign)
        if not isinstance(node, Path) or node.parts[0] != "subject":
            return self._say(node)
        field, kind = self.words.field(".".join(node.parts[1:])), self.words.kind()
        return self.say(f"{field} of the {kind.lower()}", f"{kind}的{field}")

    # Nodes ------------------------------------------------------------------------------------------

    def _say(self, node: Node, near: Node | None = None) -> str:
        """`near` is what a value is compared with: it knows what its codes are called."""
        match node:
            case Literal():
                return self._literal(node.value, near)
            case Path():
                return self._path(node.parts)
            case ListOf():
                return self.words.tongue.listed(self._say(item, near) for item in node.items)
            case Unary(operator="not"):
                return self._not(node.operand)
            case Unary():
                return f"-{self._say(node.operand)}"
            case Comparison():
                return self._comparison(node)
            case Logic():
                return self._logic(node)
            case Binary():
                return f"{self._say(node.left)} {node.operator} {self._say(node.right)}"
            case Choice():
                yes, condition, no = map(self._say, (node.yes, node.condition, node.no))
                return self.say(f"{yes} if {condition}, else {no}", f"若{condition}则{yes}，否则{no}")
            case Call():
                return self._call(node)

    def _literal(self, value: object, near: Node | None) -> str:
        match value:
            case None:
                return self.say("nothing", "空")
            case bool():
                return self.say("yes", "是") if value else self.say("no", "否")
            case int() | Decimal():
                return f"{value:,}"
            case datetime():
                return value.isoformat(" ", "minutes")
            case date():
                return value.isoformat()
            case _:
                text = str(value)
                return f"“{self._code(near.parts, text)}”" if isinstance(near, Path) else f"“{text}”"

    def _code(self, parts: tuple[str, ...], value: str) -> str:
        """What a code is called where it comes from."""
        first, *rest = parts
        element = self.words.definition.elements.get(first)
        if first == "subject":
            return self.words.choice(".".join(rest), value)
        if element is not None and rest == ["outcome"]:
            labels = {one.code: one.label(self.words.tongue.code) for one in element.outcomes}
            return labels.get(value, value)
        field = self.fields.get(first)
        if field is not None and not rest:
            known = {code: pick_label(labels, self.words.tongue.code, code) for code, labels in field.choices}
            return known.get(value, value)
        return value

    def _path(self, parts: tuple[str, ...]) -> str:
        first, *rest = parts
        if first == "subject" and rest:
            return f"“{capital(self.words.field('.'.join(rest)))}”"
        if first == "starter":
            return self.say("whoever began the case", "流程发起人")
        element = self.words.definition.elements.get(first)
        if element is not None and element.is_manual and len(rest) == 1:
            step = self.words.named(first)
            return {
                "outcome": self.say(f"the decision of {step}", f"{step}的处理结果"),
                "comment": self.say(f"the comment of {step}", f"{step}的意见"),
                "by": self.say(f"whoever did {step}", f"{step}的办理人"),
            }.get(rest[0], f"`{'.'.join(parts)}`")
        if first in self.fields and not rest:
            return f"“{self.fields[first].label(self.words.tongue.code)}”"
        return self._result(self.results[first], rest) if first in self.results else f"`{'.'.join(parts)}`"

    def _result(self, element: Element, rest: list[str]) -> str:
        step = self.words.named(element.id)
        name = ".".join(rest)
        for output in element.decision.outputs if element.decision is not None else ():
            if output.name == name:
                name = pick_label(output.labels, self.words.tongue.code, output.label or output.name)
                return self.say(f"“{name}” from {step}", f"{step}得出的“{name}”")
        code = f"`{name}`" if name else ""
        return self.say(f"{code or 'the answer'} from {step}", f"{step}得出的{code or '结果'}")

    def _comparison(self, node: Comparison) -> str:
        left = self._say(node.left, node.right)
        right = self._say(node.right, node.left)
        if isinstance(node.left, Path) and node.left.parts[1:] == ("outcome",) and node.operator == "==":
            return self.say(f"{self.words.named(node.left.parts[0])} says {right}", f"{left}为{right}")
        is_of_dates = self._is_date(node.left) or self._is_date(node.right)
        pattern = (_OF_DATES if is_of_dates else {}).get(node.operator) or _COMPARED[node.operator]
        return self.say(*pattern).format(left, right)

    def _is_date(self, node: Node) -> bool:
        match node:
            case Literal():
                return isinstance(node.value, date)
            case Call():
                return node.name in ("today", "now", "date")
            case Path(parts=("subject", name)) if self.words.subject is not None:
                of = self.words.subject.fields.get(name, (None, None))[0]
                return str(of) in ("date", "datetime")
            case Binary():
                return self._is_date(node.left) and not self._is_date(node.right)
        return False

    def _logic(self, node: Logic) -> str:
        sides = []
        for side in (node.left, node.right):
            said = self._condition(side)
            if isinstance(side, Logic) and side.operator != node.operator:
                said = self.say(f"({said})", f"（{said}）")
            sides.append(said)
        return self.say(f" {node.operator} ", "且" if node.operator == "and" else "或").join(sides)

    def _not(self, operand: Node) -> str:
        if isinstance(operand, Call) and operand.name == "empty" and len(operand.arguments) == 1:
            said = self._say(operand.arguments[0])
            return self.say(f"{said} is not empty", f"{said}不为空")
        if isinstance(operand, Path):
            said = self._say(operand)
            return self.say(f"{said} is “no”", f"{said}为“否”")
        said = self._say(operand)
        return self.say(f"not: {said}", f"并非：{said}")

    def _condition(self, node: Node) -> str:
        said = self._say(node)
        return self.say(f"{said} is “yes”", f"{said}为“是”") if isinstance(node, Path) else said

    def condition(self, expression: Expression) -> str:
        """An expression that is true or not, as a sentence."""
        text, _offset, foreign = unwrap(expression.text)
        return self._condition(parse(text, camunda=foreign))

    def _call(self, node: Call) -> str:
        arguments = [self._say(one) for one in node.arguments]
        pattern = _CALLED.get(node.name)
        if pattern is not None and pattern[0].count("{}") == len(arguments):
            return self.say(*pattern).format(*arguments)
        return f"{node.name}({', '.join(arguments)})"
