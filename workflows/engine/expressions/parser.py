"""Tokens -> nodes, by recursive descent with a bound on depth and on the number of nodes."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from .errors import ExpressionError
from .lexer import FOREIGN, Token, tokenize
from .nodes import Binary, Call, Choice, Comparison, ListOf, Literal, Logic, Node, Path, Unary

MAX_DEPTH: Final = 30
MAX_NODES: Final = 200
MAX_PARTS: Final = 6

_COMPARISONS: Final = ("==", "!=", "<", "<=", ">", ">=", "in")
_WORDS: Final = {"true": True, "false": False, "null": None}


def parse(text: str, *, camunda: bool = False, start: int = 0) -> Node:
    """Read one expression. Raises ExpressionError with the place of the mistake.

    What stands before `start` is not part of it but counts for the places."""
    return _Parser(tokenize(text, camunda=camunda, start=start), camunda).whole()


class _Parser:
    def __init__(self, tokens: list[Token], camunda: bool) -> None:
        self.tokens = tokens
        self.camunda = camunda
        self.index = 0
        self.depth = 0
        self.nodes = 0

    # -- tokens

    @property
    def here(self) -> Token:
        return self.tokens[self.index]

    def take(self, *kinds: str) -> Token | None:
        token = self.here
        if token.kind in kinds:
            self.index += 1
            return token
        return None

    def expect(self, kind: str) -> Token:
        token = self.take(kind)
        if token is None:
            raise self.unexpected()
        return token

    def unexpected(self) -> ExpressionError:
        token = self.here
        if token.kind == "end":
            return ExpressionError("expression_ends_early", token.at)
        if token.kind == "name" and token.value in FOREIGN:
            return ExpressionError("foreign_word", token.at, word=str(token.value))
        shown = token.kind if token.value is None else str(token.value)
        return ExpressionError("unexpected_part", token.at, part=shown[:30])

    def made(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise ExpressionError("expression_too_big", node.at, maximum=MAX_NODES)
        return node

    # -- grammar, loosest binding first

    def whole(self) -> Node:
        if self.here.kind == "end":
            raise ExpressionError("expression_empty", self.here.at)
        node = self.expression()
        if self.here.kind != "end":
            raise self.unexpected()
        return node

    def expression(self) -> Node:
        self.deeper(self.here.at)
        yes = self.either()
        if token := self.take("if"):
            condition = self.either()
            self.expect("else")
            yes = self.made(Choice(condition, yes, self.expression(), token.at))
        self.depth -= 1
        return yes

    def deeper(self, at: int) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError("expression_too_deep", at, maximum=MAX_DEPTH)

    def either(self) -> Node:
        left = self.both()
        while token := self.take("or"):
            left = self.made(Logic("or", left, self.both(), token.at))
        return left

    def both(self) -> Node:
        left = self.negation()
        while token := self.take("and"):
            left = self.made(Logic("and", left, self.negation(), token.at))
        return left

    def negation(self) -> Node:
        nots: list[Token] = []
        while token := self.take("not"):
            nots.append(token)
            if len(nots) > MAX_DEPTH:
                raise ExpressionError("expression_too_deep", token.at, maximum=MAX_DEPTH)
        node = self.comparison()
        for token in reversed(nots):
            node = self.made(Unary("not", node, token.at))
        return node

    def comparison(self) -> Node:
        left = self.addition()
        found = self.comparison_operator()
        if found is None:
            return left
        operator, at = found
        node = self.made(Comparison(operator, left, self.addition(), at))
        if (again := self.comparison_operator()) is not None:
            raise ExpressionError("chained_comparison", again[1])
        return node

    def comparison_operator(self) -> tuple[str, int] | None:
        if token := self.take(*_COMPARISONS):
            return token.kind, token.at
        following = self.tokens[min(self.index + 1, len(self.tokens) - 1)]
        if self.here.kind == "not" and following.kind == "in":
            at = self.here.at
            self.index += 2
            return "not in", at
        return None

    def addition(self) -> Node:
        left = self.multiplication()
        while token := self.take("+", "-"):
            left = self.made(Binary(token.kind, left, self.multiplication(), token.at))
        return left

    def multiplication(self) -> Node:
        left = self.sign()
        while token := self.take("*", "/", "//", "%"):
            left = self.made(Binary(token.kind, left, self.sign(), token.at))
        return left

    def sign(self) -> Node:
        signs: list[Token] = []
        while token := self.take("-", "+"):
            signs.append(token)
            if len(signs) > MAX_DEPTH:
                raise ExpressionError("expression_too_deep", token.at, maximum=MAX_DEPTH)
        node = self.primary()
        for token in reversed(signs):
            node = self.made(Unary(token.kind, node, token.at))
        return node

    def primary(self) -> Node:
        token = self.here
        if self.take("number", "text"):
            value = token.value
            assert isinstance(value, (str, int, Decimal))  # noqa: S101 - by the lexer
            return self.no_postfix(self.made(Literal(value, token.at)))
        if self.take("true", "false", "null"):
            return self.no_postfix(self.made(Literal(_WORDS[token.kind], token.at)))
        if self.take("("):
            node = self.expression()
            self.expect(")")
            return self.no_postfix(node)
        if self.take("["):
            return self.no_postfix(self.made(ListOf(self.series("]"), token.at)))
        if token.kind == "name" and token.value not in FOREIGN:
            return self.name_or_call()
        raise self.unexpected()

    def name_or_call(self) -> Node:
        token = self.expect("name")
        name = str(token.value)
        if self.take("("):
            return self.no_postfix(self.made(Call(name, self.series(")"), token.at)))
        if self.camunda and name == "empty":  # `empty x`
            self.deeper(token.at)
            node = self.made(Call("empty", (self.primary(),), token.at))
            self.depth -= 1
            return node
        parts = [name]
        while self.take("."):
            if self.here.kind in _WORDS or self.here.kind in ("in", "if", "else", "and", "or", "not"):
                parts.append(self.here.kind)
                self.index += 1
            else:
                parts.append(str(self.expect("name").value))
            if len(parts) > MAX_PARTS:
                raise ExpressionError("path_too_long", token.at, maximum=MAX_PARTS)
        if self.here.kind == "(":
            raise ExpressionError("method_call", token.at, name=".".join(parts))
        return self.no_postfix(self.made(Path(tuple(parts), token.at)))

    def series(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        if self.take(closing):
            return ()
        while True:
            items.append(self.expression())
            if self.take(closing):
                return tuple(items)
            self.expect(",")

    def no_postfix(self, node: Node) -> Node:
        """Fields belong to names only, and nothing can be indexed or called twice."""
        if self.here.kind == ".":
            raise ExpressionError("field_of_value", self.here.at)
        if self.here.kind == "[":
            raise ExpressionError("index_not_allowed", self.here.at)
        if self.here.kind == "(":
            raise ExpressionError("method_call", self.here.at, name="")
        return node
