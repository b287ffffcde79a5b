"""What a job may say instead of an answer, and how a failure is written down."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise

from core.errors import ApplicationError, Conflict

A_YEAR = 365 * 24 * 3600.0


class GiveUp(Exception):  # noqa: N818  says what to do
    """Trying again would not help. The text is for people: no secrets in it."""

    def __init__(self, text: str | Promise) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return str(self.text)


class Later(Exception):  # noqa: N818  says what to do
    """Not now, and nobody's fault: a service asks to be left alone for a while (HTTP Retry-After)."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    @property
    def pause(self) -> timedelta:
        """What others ask for may be any number."""
        return timedelta(seconds=min(max(self.seconds, 0.0), A_YEAR))


class LeaseLost(Exception):  # noqa: N818  says what happened
    """Somebody else has the job by now, or it was withdrawn: this worker's result counts for nothing."""


@dataclass(frozen=True)
class Failure:
    """What a person may read about a failure: its type and its place, never its values, which may be secrets."""

    type: str
    text: str
    is_final: bool = False


def failure_of(error: BaseException) -> Failure:
    """A refusal of ours is told in its words and is final; anything else by its type and where it happened."""
    if isinstance(error, GiveUp):
        return Failure("GiveUp", str(error), is_final=True)
    if isinstance(error, ApplicationError):
        return Failure(f"refused: {error.code}", str(error), is_final=not isinstance(error, Conflict))
    kind = type(error)
    return Failure(f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."), _place(error))


def _place(error: BaseException) -> str:
    """The last line of our own code that was running."""
    root = Path(settings.BASE_DIR)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(root) and not path.is_relative_to(root / ".venv"):
            return f"{path.relative_to(root)}:{frame.lineno} {frame.name}"
    return ""
