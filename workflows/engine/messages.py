"""Codes -> sentences, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .support import ELEMENTS, EVENTS, refusal
from .texts import (
    decisions,
    diagram,
    expressions,
    importing,
    mends,
    moving,
    running,
    scopes,
    soundness,
    timers,
)

TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    **expressions.TEXTS,
    **diagram.TEXTS,
    **running.TEXTS,
    **scopes.TEXTS,
    **soundness.TEXTS,
    **decisions.TEXTS,
    **timers.TEXTS,
    **mends.TEXTS,
    **moving.TEXTS,
    **importing.TEXTS,
}

_KINDS: Final = {
    "text": ("text", "文本"),
    "integer": ("a whole number", "整数"),
    "decimal": ("a decimal number", "小数"),
    "boolean": ("yes or no", "是/否"),
    "date": ("a date", "日期"),
    "datetime": ("a moment", "时间"),
    "choice": ("a choice", "选择项"),
    "list": ("a list", "列表"),
    "record": ("a record", "记录"),
    "null": ("no value", "空值"),
    "any": ("a value of unknown type", "未知类型的值"),
    "number": ("a number", "数字"),
    "numbers": ("numbers", "数字"),
    "text or number": ("text or a number", "文本或数字"),
    "text or list": ("text or a list", "文本或列表"),
    "text or date": ("text or a date", "文本或日期"),
}
_KIND_PARAMS: Final = ("kind", "expected", "left", "right", "first", "second", "type")


def message(code: str, lang: str, params: Mapping[str, Any]) -> str:
    """What is wrong. An unknown code is shown as it is rather than hidden."""
    text = _fill(code, 0, lang, params)
    where = _place(lang, params)
    return f"{text} {where}".strip() if where else text


def hint(code: str, lang: str, params: Mapping[str, Any]) -> str:
    """What to do about it; empty when there is nothing to say."""
    return _fill(code, 2, lang, params) if len(TEXTS.get(code, ())) > 2 else ""


def _is_chinese(lang: str) -> bool:
    return lang.lower().startswith("zh")


def _fill(code: str, offset: int, lang: str, params: Mapping[str, Any]) -> str:
    chinese = _is_chinese(lang)
    texts = TEXTS.get(code)
    if texts is None:
        return code
    text = texts[offset + chinese].format_map(_Words(code, chinese, params))
    return text[:1].upper() + text[1:]


class _Words(dict[str, Any]):
    """The parameters of a sentence in its language; a missing one leaves a gap, not an error."""

    def __init__(self, code: str, chinese: bool, params: Mapping[str, Any]) -> None:
        super().__init__(params)
        for name in _KIND_PARAMS:
            kind = params.get(name)
            if isinstance(kind, str) and kind in _KINDS:
                self[name] = _KINDS[kind][chinese]
        event = params.get("kind_of_event")
        if isinstance(event, str):
            self["kind_of_event"] = _event(event, chinese)
        if code == "event_not_here":
            self["place"] = _place_name(str(params.get("place", "")), chinese)
            known = [_event(each, chinese) for each in params.get("known", ())]
            self["known_events"] = ("、" if chinese else ", ").join(known) or (
                "无触发" if chinese else "none"
            )
        for name, value in params.items():
            if isinstance(value, (list, tuple)):
                self[name] = ("、" if chinese else ", ").join(str(item) for item in value)
            elif hasattr(value, "message"):  # one refusal within another
                self[name] = value.message("zh" if chinese else "en")
        if code == "unsupported_element":
            self.update(_refusal(str(params.get("tag", "")), chinese))

    def __missing__(self, key: str) -> str:
        return "…"


def _event(kind: str, chinese: bool) -> str:
    for accepted in EVENTS.values():
        if accepted.kind == kind:
            return accepted.zh if chinese else accepted.en
    return kind or ("普通" if chinese else "plain")


def _place_name(place: str, chinese: bool) -> str:
    tag, _, scope = place.partition("/")
    accepted = ELEMENTS.get(tag)
    name = (accepted.zh if chinese else accepted.en) if accepted is not None else tag
    if not scope:
        return name
    inside = {"event_subprocess": ("of an event subprocess", "事件子流程的")}
    en, zh = inside.get(scope, ("of a subprocess", "子流程的"))
    return f"{zh}{name}" if chinese else f"{name} {en}"


def _refusal(tag: str, chinese: bool) -> dict[str, str]:
    found = refusal(tag)
    what = (found.zh if chinese else found.en) + f" ({tag})"
    return {
        "what": what[:1].upper() + what[1:],
        "why": found.why_zh if chinese else found.why_en,
        "way": found.way_zh if chinese else found.way_en,
    }


def _place(lang: str, params: Mapping[str, Any]) -> str:
    """Where in an expression: `(line 2, character 7 of “…”)`."""
    position, line, text = params.get("position"), params.get("script_line"), params.get("expression")
    if position is None and line is None:
        return ""
    parts = []
    if _is_chinese(lang):
        if line is not None:
            parts.append(f"第 {line} 行")
        if position is not None:
            parts.append(f"第 {position} 个字符")
        return f"（{'，'.join(parts)}：{text}）" if text else f"（{'，'.join(parts)}）"
    if line is not None:
        parts.append(f"line {line}")
    if position is not None:
        parts.append(f"character {position}")
    return f"({', '.join(parts)} of: {text})" if text else f"({', '.join(parts)})"
