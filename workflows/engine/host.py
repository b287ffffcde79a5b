"""What the engine asks of the application around it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta, timezone
from typing import Any, Final, Protocol

from .definition import Element

# `today()` in an expression is the day in the office, whatever zone the server's clock speaks.
LOCAL: Final = timezone(timedelta(hours=8), "Asia/Shanghai")


class Host(Protocol):
    """Implemented by the application (and by a few lines in tests).

    `refusals` are exceptions with which an operation says no for a business reason: they come out
    of the engine's call, and the caller rolls everything back. Any other exception of an automatic
    step is a failure: the step is held and the rest of the case stands."""

    refusals: tuple[type[Exception], ...]

    def call(
        self, operation: str, params: dict[str, Any], *, element: Element, token: str, path: str
    ) -> dict[str, Any] | None:
        """Run an operation. Parameters are Python values (Decimal, date); always inside `guard()`.
        `path` names the element also in a called process."""

    def subject(self, path: str) -> Any:
        """The value of `subject.<path>`. Reads only; asked once per step and again after a call."""

    def guard(self) -> AbstractContextManager[Any]:
        """A savepoint: what happened inside is undone when an exception leaves it."""

    def now(self) -> datetime:
        """This moment, with its time zone."""
