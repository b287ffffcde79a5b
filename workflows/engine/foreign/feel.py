"""Marks around an expression: `=amount > 100` of Camunda 8, `${wait}` in a timer, and languages."""

from __future__ import annotations

from typing import Any, Final

from workflows.engine.outline import local

from .words import Translation, bare, is_expression

_TIMERS: Final = frozenset({"timeDate", "timeDuration", "timeCycle"})
_EXPRESSIONS: Final = _TIMERS | {
    "conditionExpression",
    "completionCondition",
    "loopCondition",
    "loopCardinality",
    "condition",
}


def without_mark(text: str) -> str:
    """`=amount` is the expression `amount`."""
    text = text.strip()
    return text[1:].strip() if text.startswith("=") and not text.startswith("==") else text


def unwrap_expressions(element: Any, translation: Translation) -> None:
    tag = local(element)
    if tag in _EXPRESSIONS and not len(element):
        text = (element.text or "").strip()
        plain = without_mark(text)
        if tag in _TIMERS and is_expression(plain):
            plain = bare(plain)
        if plain != text:
            element.text = plain
            translation.note(element, f"{tag} {text}", plain)
            if (element.get("language") or "").lower().endswith("feel"):
                del element.attrib["language"]
    if tag == "conditionExpression":
        _language(element, element.get("language"), translation, refuse=True)
    elif tag == "scriptTask":
        _language(element, element.get("scriptFormat"), translation, refuse=False)


def _language(element: Any, language: str | None, translation: Translation, *, refuse: bool) -> None:
    if language is None or language.lower() in ("", "flow", "juel"):
        return
    if refuse:
        translation.error(element.getparent(), "condition_language", language=language[:60])
    else:
        translation.warn(element, "script_language", language=language[:60])
