"""What can be wrong with an expression, with the place of the mistake."""

from __future__ import annotations

from typing import Any

from workflows.engine.messages import message


class ExpressionError(Exception):
    """An expression that cannot be read, does not fit its types, or fails when it is evaluated.

    `position` counts characters from 0; it is None where no character can be blamed."""

    def __init__(self, code: str, position: int | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.position = position
        self.params = params

    def message(self, lang: str = "en") -> str:
        return message(self.code, lang, self.params)

    def __str__(self) -> str:
        return self.message("en")
