"""One value of a fact in words, in one language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from workflows.engine.definition import pick_label
from workflows.engine.support import ELEMENTS, EVENTS, refusal
from workflows.engine.texts.differences import KINDS, SENTENCES, VALUES

from .parts import Element, Fact, Glossary, Labels, Sheet
from .spoken import Speaker
from .times import percent_in_words, time_in_words

LONGEST: Final = 80
_AROUND: Final = 20


class Voice:
    """Says what stands in one diagram, in one language."""

    def __init__(self, sheet: Sheet, glossary: Glossary, language: str) -> None:
        self.sheet = sheet
        self.glossary = glossary
        self.language = language
        self.chinese = language.startswith("zh")
        self.speaker = Speaker(sheet, glossary, language)

    def word(self, name: str, /, **values: Any) -> str:
        return SENTENCES[name][self.chinese].format(**values)

    def listed(self, items: list[str]) -> str:
        return ("、" if self.chinese else ", ").join(items)

    def label(self, labels: Labels, fallback: str) -> str:
        return pick_label(labels, self.language, fallback)

    # -- elements

    def kind(self, tag: str, event: str = "") -> str:
        """What sort of element it is."""
        if event == "event_subprocess":
            return KINDS[event][self.chinese]
        own = KINDS.get(tag)
        if own is not None:
            return own[self.chinese]
        accepted = ELEMENTS.get(tag)
        if accepted is None:
            found = refusal(tag)
            return found.zh if self.chinese else found.en
        said = accepted.zh if self.chinese else accepted.en
        known = next((one for one in EVENTS.values() if one.kind == event), None) if event else None
        if known is None:
            return said
        return f"{said}（{known.zh}）" if self.chinese else f"{said} ({known.en})"

    def element(self, id: str) -> str:
        """What people call an element: its name, else its kind and what is around it."""
        found = self.sheet.elements.get(id)
        if found is None:
            return id if id else self.word("nothing")
        name = self.label(found.labels, "")
        if name:
            return name
        if found.is_flow:
            return f"{self.element(found.source)} → {self.element(found.target)}"
        kind = self.kind(found.tag, found.event)
        if found.host:
            return self._beside(kind, "attached", found.host)
        before = next((one.source for one in self.sheet.flows() if one.target == id), "")
        source = self.sheet.elements.get(before)
        if source is not None and source.labels:
            return self._beside(kind, "after", before)
        return kind

    def _beside(self, kind: str, how: str, other: str) -> str:
        words = self.word(how, name=self.element(other))
        return f"{kind}（{words}）" if self.chinese else f"{kind} ({words})"

    # -- values

    def fact(self, fact: Fact | None) -> str:
        if fact is None:
            return self.word("nothing")
        reader = _SHOWN.get(fact.shown)
        return reader(self, fact.said) if reader is not None else str(fact.said)

    def text(self, value: str) -> str:
        return f"“{value}”"

    def long(self, value: str) -> str:
        flat = " ".join(value.split())
        return f"“{flat}”" if len(flat) <= LONGEST else f"“{flat[: LONGEST - 1]}…”"

    def value(self, value: str) -> str:
        known = VALUES["value"].get(value)
        if known is not None:
            return known[self.chinese]
        try:
            return f"{int(value):,}" if value.isascii() and len(value) < 30 else value
        except ValueError:
            return value

    def expression(self, value: str) -> str:
        return self.speaker.say(value)

    def flag(self, value: Any) -> str:
        return self.word("yes") if value is True else str(value)

    def assign(self, value: tuple[str, str]) -> str:
        how, who = value
        if how == "roleFrom":
            return self.word("role_from", value=self.speaker.say(who))
        return self.outside(self.glossary.roles, who) if how == "role" else self.speaker.say(who)

    def outside(self, names: Mapping[str, Labels], name: str) -> str:
        return self.label(names.get(name, {}), name)

    def named(self, value: str) -> str:
        return f"“{self.sheet.named.get(value) or value}”"

    def quoted(self, value: str) -> str:
        return f"“{self.element(value)}”"

    def timer(self, value: tuple[str, str, bool]) -> str:
        form, text, working = value
        return time_in_words(form, text, self.language, working=working) or self.speaker.say(text)

    def working_duration(self, value: str) -> str:
        return time_in_words("duration", value, self.language, working=True) or value


def changed_part(was: str, is_now: str) -> tuple[str, str]:
    """Two long texts, cut down to where they differ."""
    first, second = " ".join(was.split()), " ".join(is_now.split())
    if max(len(first), len(second)) <= LONGEST:
        return f"“{first}”", f"“{second}”"
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    start = max(start - _AROUND, 0)
    return _cut(first, start), _cut(second, start)


def _cut(text: str, start: int) -> str:
    shown = text[start : start + LONGEST]
    before, after = "…" if start else "", "…" if start + LONGEST < len(text) else ""
    return f"“{before}{shown}{after}”"


def _of(group: str) -> Callable[[Voice, str], str]:
    def say(voice: Voice, value: str) -> str:
        found = VALUES[group].get(value)
        return found[voice.chinese] if found is not None else value

    return say


_SHOWN: Final[Mapping[str, Callable[[Voice, Any], str]]] = {
    "text": Voice.text,
    "long": Voice.long,
    "word": lambda voice, value: f"“{value}”",
    "value": Voice.value,
    "expression": Voice.expression,
    "flag": Voice.flag,
    "assign": Voice.assign,
    "named": Voice.named,
    "step": Voice.quoted,
    "flow": Voice.quoted,
    "lane": Voice.quoted,
    "scope": Voice.quoted,
    "steps": lambda voice, value: voice.listed([voice.quoted(one) for one in value]),
    "kind": lambda voice, value: voice.kind(*value),
    "operation": lambda voice, value: voice.outside(voice.glossary.operations, value),
    "work_form": lambda voice, value: voice.outside(voice.glossary.work_forms, value),
    "process": lambda voice, value: f"“{voice.outside(voice.glossary.processes, value)}”",
    "subject": lambda voice, value: voice.outside(voice.glossary.subjects, value),
    "table": lambda voice, value: f"“{value}”",
    "cell": lambda voice, value: voice.word("anything") if value in ("", "-") else " ".join(value.split()),
    "timer": Voice.timer,
    "working_duration": Voice.working_duration,
    "percent": lambda voice, value: percent_in_words(value, voice.language),
    "style": _of("style"),
    "marker": _of("marker"),
    "type": _of("type"),
    "policy": _of("policy"),
}


def facts_of(element: Element) -> list[tuple[str, Fact]]:
    """What is worth saying of something new: not what goes without saying."""
    return [(name, fact) for name, fact in element.facts.items() if not fact.usual]
