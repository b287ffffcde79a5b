"""What can be wrong with an expression, with the place of the mistake."""

from __future__ import annotations

from typing import Any, Final

from workflows.engine.messages import message

_BEFORE: Final = 60
_SHOWN: Final = 120


class ExpressionError(Exception):
    """An expression that cannot be read, does not fit its types, or fails when it is evaluated.

    `position` counts characters of `text` from 0; it is None where no character can be blamed. `text`
    is the whole expression (or line of a script) and is known once the error has left this package."""

    def __init__(self, code: str, position: int | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.position = position
        self.params = params
        self.text: str | None = None

    def place(self) -> dict[str, Any]:
        """Where it is, as parameters of a sentence: `position` counts from 1, as people do.

        A long expression is cut to the surroundings of the mistake."""
        params: dict[str, Any] = {}
        if self.params.get("line") is not None:
            params["script_line"] = self.params["line"]
        if self.position is not None:
            params["position"] = self.position + 1
        if self.text is not None and self.text.strip():
            params["expression"] = _around(self.text, self.position or 0)
        return params

    def message(self, lang: str = "en") -> str:
        return message(self.code, lang, {**self.params, **self.place()})

    def __str__(self) -> str:
        return self.message("en")


def _around(text: str, position: int) -> str:
    begin = max(0, position - _BEFORE) if len(text.strip()) > _SHOWN else 0
    end = begin + _SHOWN if begin or len(text.strip()) > _SHOWN else len(text)
    cut = text[begin:end].strip()
    return ("…" if begin else "") + cut + ("…" if text[end:].strip() else "")
