"""Codes as people say them, in one language: roles, fields, lengths of time, names of steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field
from django.utils import translation

from workflows import registry
from workflows.engine import Definition

_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_UNITS: Final = (
    ("year", "年"),
    ("month", "个月"),
    ("week", "周"),
    ("day", "天"),
    ("hour", "小时"),
    ("minute", "分钟"),
    ("second", "秒"),
)
_CYCLE = re.compile(r"R(\d*)/(P[^/]+)")


@dataclass(frozen=True)
class Tongue:
    """A language of the pages; `ending` is that of its files' names."""

    code: str
    ending: str

    def say(self, en: str, zh: str) -> str:
        return en if self.code == "en" else zh

    def listed(self, words: Iterable[str]) -> str:
        return self.say(", ", "、").join(words)

    def pair(self, pair: tuple[str, str]) -> str:
        """Of what is registered as (Chinese, English)."""
        return self.say(pair[1], pair[0])


ENGLISH: Final = Tongue("en", "")
CHINESE: Final = Tongue("zh-hans", ".zh")
TONGUES: Final = (ENGLISH, CHINESE)


class Words:
    """The words of one process in one language."""

    def __init__(
        self, definition: Definition, tongue: Tongue, roles: Mapping[str, tuple[str, str]] | None = None
    ) -> None:
        self.definition = definition
        self.roles = roles or {}
        self.tongue = tongue
        self.say = tongue.say
        self.subject = registry.subject_types().get(definition.subject_type or "")

    # Names ----------------------------------------------------------------------------------------

    def step(self, path: str) -> str:
        found = self.definition.find(path)
        return found.label(self.tongue.code) if found is not None else path

    def has_name(self, id: str) -> bool:
        element = self.definition.find(id)
        return element is not None and bool(element.name or element.labels)

    def named(self, id: str) -> str:
        """The name of a step between quotation marks; what has none by its code."""
        return f"“{self.step(id)}”" if self.has_name(id) else f"`{id}`"

    def leading_to(self, id: str) -> str:
        """What a flow leads to: gateways and events without a name are looked through."""
        return self.tongue.listed(dict.fromkeys(self._leading_to(id, set())))

    def _leading_to(self, id: str, seen: set[str]) -> Iterator[str]:
        element = self.definition.elements[id]
        nexts = [flow.target for flow in self.definition.outgoing(id)]
        if element.kind == "end_event":
            name = self.named(id) if self.has_name(id) else ""
            yield self.say(f"the end {name}", f"结束{name}").strip()
        elif self.has_name(id) or not nexts or not element.kind.endswith(("gateway", "event")):
            yield self.named(id)
        elif id not in seen:
            seen.add(id)
            for one in nexts:
                yield from self._leading_to(one, seen)

    def role(self, code: str) -> str:
        names = self.roles.get(code)
        return self.tongue.pair(names) if names is not None else code

    def kind(self) -> str:
        """What the case is about: “Contract”."""
        return self.tongue.pair(self.subject.label) if self.subject is not None else ""

    def event(self, name: str | None) -> str:
        known = registry.events().get(name or "")
        return self.tongue.pair(known.label) if known is not None else name or ""

    # Fields of the business row ---------------------------------------------------------------------

    def field(self, name: str) -> str:
        """A field of the business row by its model's own words."""
        _type, getter = self.subject.fields.get(name, (None, None)) if self.subject else (None, None)
        if self.subject is None:
            return name
        if name in self.subject.labels:
            return self.tongue.pair(self.subject.labels[name])
        path = getter if isinstance(getter, str) else name
        names = [str(one.verbose_name) for one in self._along(self.subject.model, path.replace("__", "."))]
        if len(names) != len(path.split(".")):
            return name.replace("_", " ") if self.tongue.code == "en" else name
        return " of the ".join(reversed(names)) if self.tongue.code == "en" else "的".join(names)

    def choice(self, name: str, value: str) -> str:
        """A value of a field as its screens call it."""
        if self.subject is None:
            return value
        getter = self.subject.fields.get(name, (None, None))[1]
        path = getter if isinstance(getter, str) else name
        found = list(self._along(self.subject.model, path))
        with translation.override(self.tongue.code):
            choices = {str(code): str(text) for code, text in found[-1].flatchoices} if found else {}
        return choices.get(value, value)

    def _along(self, model: Any, path: str) -> Iterable[Field[Any, Any]]:
        with translation.override(self.tongue.code):
            for part in path.split("."):
                try:
                    one = model._meta.get_field(part)
                except (FieldDoesNotExist, AttributeError):
                    return
                yield one
                model = one.related_model

    # Time -----------------------------------------------------------------------------------------

    def duration(self, text: str, *, working: bool = False) -> str:
        """“15 days”, “1 working day 4 hours”; what is no duration stays as it is written."""
        match = _DURATION.fullmatch(text)
        if match is None or not any(match.groups()):
            return f"`{text}`"
        parts = [
            self._amount(number, unit, working)
            for number, unit in zip(match.groups(), _UNITS, strict=True)
            if number and int(number)
        ]
        return " ".join(parts)

    def _amount(self, number: str, unit: tuple[str, str], working: bool) -> str:
        en, zh = unit
        if self.tongue.code == "en":
            return f"{number} {'working ' if working else ''}{en}{'' if number == '1' else 's'}"
        if working:
            zh = (
                "个工作日"
                if en == "day"
                else f"{'' if zh.startswith('个') else '个'}工作{zh.removeprefix('个')}"
            )
        return f"{number} {zh}"

    def cycle(self, text: str, *, working: bool = False) -> str:
        """“every 30 days”, “every 20 days, 3 times”."""
        match = _CYCLE.fullmatch(text)
        if match is None:
            return f"`{text}`"
        length = self.duration(match[2], working=working)
        every = self.say(f"every {length.removeprefix('1 ')}", f"每 {length}")
        if not match[1]:
            return every
        return every + self.say(f", {match[1]} times", f"，共 {match[1]} 次")


def cell(text: str) -> str:
    """A text as the cell of a table."""
    return text.replace("|", "\\|").replace("\n", "<br>")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """The lines of a table; none without rows."""
    body = ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
    heads = list(heads)
    return ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *body] if body else []
