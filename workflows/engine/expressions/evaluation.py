"""One evaluation: what it sees, what it has read, and how much work it may still do.

The size of an expression is bounded when it is compiled, but what it costs depends on its values
too: thirty words can search thirty lists of a thousand items each. Every list item and every
hundred characters an operation looks at is counted, and an expression that wants too many is
stopped. Work is counted rather than timed, so the same data always gives the same answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from .errors import ExpressionError

MAX_WORK: Final = 50_000


class Context(Protocol):
    """What an expression sees when it is evaluated; `reads` collects the values it looked at."""

    reads: dict[str, Any]

    @property
    def variables(self) -> Mapping[str, Any]: ...

    def subject(self, path: str) -> Any: ...

    def now(self) -> datetime: ...


class Evaluation:
    """Stands between a context and the closures of the compiler. A script shares one over its lines."""

    __slots__ = ("_context", "reads", "revived", "variables", "work")

    def __init__(self, context: Context) -> None:
        self._context = context
        self.reads = context.reads
        self.variables = context.variables
        self.revived: dict[str, Any] = {}
        self.work = 0

    def subject(self, path: str) -> Any:
        return self._context.subject(path)

    def now(self) -> datetime:
        return self._context.now()

    def spend(self, work: int, at: int | None) -> None:
        self.work += work
        if self.work > MAX_WORK:
            raise ExpressionError("too_much_work", at)
