"""What a running case can refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .messages import message


class EngineError(Exception):
    """The engine refuses a call; nothing has changed."""

    def __init__(self, code: str, /, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def message(self, lang: str = "en") -> str:
        return message(self.code, lang, self.params)

    def __str__(self) -> str:
        return self.message("en")


class NotWaiting(EngineError):  # noqa: N818 - reads as the sentence it is
    """The token is not (or no longer) at a place where this can be done: somebody was faster."""


class StateError(EngineError):
    """A saved state does not fit: another format, or an element the definition does not have."""


class FieldErrors(EngineError):  # noqa: N818 - several errors
    """Data that does not fit the form. `fields` maps a field to (code, params).

    The outcome is reported under "outcome", a missing comment under "comment"."""

    def __init__(self, fields: Mapping[str, tuple[str, Mapping[str, Any]]]) -> None:
        super().__init__("fields_do_not_fit", names=", ".join(fields))
        self.fields = dict(fields)

    def messages(self, lang: str = "en") -> dict[str, str]:
        """One sentence for each field."""
        return {name: message(code, lang, params) for name, (code, params) in self.fields.items()}

    def message(self, lang: str = "en") -> str:
        return "; ".join(f"{name}: {text}" for name, text in self.messages(lang).items())


class BpmnError(Exception):
    """An operation ends with an error the diagram knows: the error event of its code goes on.

    Where no event catches it, the step is held as after any other failure."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(text or code)
        self.code = code


class OutsideError(EngineError):
    """An operation outside was given up: `reason` says why, as the outside has told it."""

    def __init__(self, reason: str) -> None:
        super().__init__("outside_failed", reason=reason)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a step is held. `code` is empty for an exception that came out of an operation."""

    type: str
    text: str
    code: str = ""
    params: Mapping[str, Any] | None = None

    def message(self, lang: str = "en") -> str:
        return message(self.code, lang, self.params or {}) if self.code else f"{self.type}: {self.text}"
