"""Differences in words, Chinese and English, each under what people call the step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from workflows.engine.texts.differences import FACTS, PARTS

from .comparing import Comparison, Difference, Sign
from .parts import Element, Fact, Glossary, Labels, Part
from .values import Voice, changed_part

LANGUAGES: Final = ("zh-hans", "en")
# Not said of something new: its name stands before it, its kind is said, its neighbours follow.
_UNSAID: Final = frozenset(
    {"name", "name_en", "name_zh-hans", "name_other", "kind", "source", "target", "scope", "default", "host"}
    | {"documentation", "lane", "executable"}
)
# Stands in no picture, and is called by what it is.
_BESIDE: Final = ("message", "signal", "error", "escalation", "table", "form")
# Parts that are little more than their value.
_SAID_AT_ONCE: Final = ("param", "in", "out", "due", "cell")


@dataclass(frozen=True, slots=True)
class Change:
    """One change in words. `element` is where it is drawn, `group` what it is listed under; both None for a
    change that is not in the diagram. `headings` and `sentences` are by language."""

    sign: Sign
    element: str | None
    group: str
    headings: Labels
    sentences: Labels

    def heading(self, language: str) -> str:
        return self.headings["zh-hans" if language.startswith("zh") else "en"]

    def sentence(self, language: str) -> str:
        return self.sentences["zh-hans" if language.startswith("zh") else "en"]

    def text(self, language: str) -> str:
        """The whole, with what it is about."""
        colon = "：" if language.startswith("zh") else ": "
        return f"{self.heading(language)}{colon}{self.sentence(language)}"


def put_into_words(made: Comparison, glossary: Glossary) -> tuple[Change, ...]:
    tellers = [_Teller(made, glossary, language) for language in LANGUAGES]
    return tuple(_change(one, tellers) for one in made.found)


def _change(one: Difference, tellers: list[_Teller]) -> Change:
    said = {teller.language: teller.tell(one) for teller in tellers}
    return Change(
        one.sign,
        one.element.key,
        tellers[0].stands_under(one),
        {language: heading for language, (heading, _sentence) in said.items()},
        {language: sentence[:1].upper() + sentence[1:] for language, (_heading, sentence) in said.items()},
    )


class _Teller:
    """Tells differences in one language, each side in the words of its own diagram."""

    def __init__(self, made: Comparison, glossary: Glossary, language: str) -> None:
        self.made = made
        self.language = language
        self.before = Voice(made.before, glossary, language)
        self.after = Voice(made.after, glossary, language)
        self.chinese = self.after.chinese

    def tell(self, one: Difference) -> tuple[str, str]:
        """What it is about, and what has changed."""
        voice = self.after if one.after is not None else self.before
        if one.element.tag in _BESIDE:
            named = self.made.before.named.get(one.element.key, one.element.key)
            name = voice.label(one.element.labels, named)
            return PARTS[one.element.tag][self.chinese].format(name=name), self.sentence(one)
        return voice.element(self.stands_under(one)), self.sentence(one)

    def stands_under(self, one: Difference) -> str:
        """A way is listed under the step it leads to, or where it comes from."""
        element = one.element
        if not element.is_flow:
            return element.key
        sheet = self.made.after if one.after is not None else self.made.before
        target = sheet.elements.get(element.target)
        if one.fact and one.fact not in ("source", "target") and target is not None and target.labels:
            return element.target
        return element.source if element.source in sheet.elements else element.key

    # -- sentences

    def sentence(self, one: Difference) -> str:
        if not one.path and not one.fact:
            return self.whole(one)
        said = self.fact(one) if one.fact else self.part(one)
        around = one.path if one.fact else one.path[:-1]
        for part in reversed(around):
            if name := self.part_name(part):
                said = self.after.word("part", part=name, rest=said)
        if one.element.is_flow and one.fact:
            return self.of_flow(one, said)
        return said

    def of_flow(self, one: Difference, said: str) -> str:
        """Which way it is about, where several lead to the step."""
        element = one.element
        if one.fact in ("source", "target") or one.fact.startswith("name"):
            return self.after.word("flow_named", rest=said)
        here = [flow for flow in self.made.after.flows() if flow.target == element.target]
        if len(here) < 2 and self.stands_under(one) == element.target:
            return said
        name = self.after.label(element.labels, "")
        if name:
            return said + self.after.word("of_flow", name=name)
        return said + self.after.word("from_step", name=self.after.element(element.source))

    def fact(self, one: Difference) -> str:
        if one.fact == "other":
            return self.after.word("other")
        what = FACTS[one.fact][self.chinese]
        if one.order is not None:
            was, is_now = (self.after.listed([self.in_order(part) for part in side]) for side in one.order)
            return self.after.word("changed", what=what, before=was, after=is_now)
        before, after = self.before.fact(one.was), self.after.fact(one.is_now)
        shown = (one.was or one.is_now or Fact("")).shown
        if shown == "flag":
            yes, no = self.after.word("yes"), self.after.word("no")
            before, after = (before if one.was else no), (after if one.is_now else no)
            if before == after:
                before, after = no, yes
            return self.after.word("changed", what=what, before=before, after=after)
        if one.was is not None and one.is_now is not None:
            if shown == "long":
                before, after = changed_part(one.was.said, one.is_now.said)
            if before == after:  # two things with one name
                before, after = _as_written(one.was), _as_written(one.is_now)
        how = "changed" if one.was and one.is_now else "added" if one.is_now else "removed"
        if one.fact == "shown_if":
            return self.after.word(f"shown_if_{how}", before=before, after=after)
        return self.after.word(how if what else f"{how}_bare", what=what, before=before, after=after).strip()

    def in_order(self, part: Part) -> str:
        if isinstance(part, Element):
            voice = self.after if part.key in self.made.after.elements else self.before
            name = voice.label(part.labels, "") or voice.fact(part.facts.get("condition"))
            return f"“{name}”"
        return f"“{self.after.label(part.labels, part.key)}”"

    def part_name(self, part: Part) -> str:
        if part.kind == "due":
            return ""
        return PARTS[part.kind][self.chinese].format(name=self.after.label(part.labels, part.key))

    def part(self, one: Difference) -> str:
        part = one.path[-1]
        voice = self.after if one.sign == "+" else self.before
        name = self.part_name(part) or PARTS[part.kind][self.chinese].format(name="")
        details = self.details(part, voice)
        if part.kind in _SAID_AT_ONCE and details:
            between = "" if self.chinese else ": "
            said = f"{' ' if self.chinese else between}{details}"
        else:
            said = self.after.word("details", list=details) if details else ""
        return self.after.word("part_added" if one.sign == "+" else "part_removed", part=name, details=said)

    def details(self, part: Part, voice: Voice) -> str:
        """What is not usual about something new."""
        said = []
        for name, fact in part.facts.items():
            if fact.usual or name in _UNSAID:
                continue
            what = (
                ""
                if part.kind == "due" and name == "due_in" and "due_on" not in part.facts
                else FACTS[name][self.chinese]
            )
            value = "" if fact.shown == "flag" else voice.fact(fact)
            said.append(
                voice.word("shown_if_added", after=value) if name == "shown_if" else f"{what} {value}".strip()
            )
        for inner in part.parts.values():
            details = self.details(inner, voice)
            name = self.part_name(inner) or FACTS["due_in"][self.chinese]
            said.append(f"{name} {details}".strip() if inner.kind in _SAID_AT_ONCE else name)
        return ("，" if self.chinese else ", ").join(said)

    # -- whole elements

    def whole(self, one: Difference) -> str:
        voice = self.after if one.after is not None else self.before
        element = one.element
        if element.is_flow:
            target = voice.element(element.target)
            how = "flow_added" if one.sign == "+" else "flow_removed"
            inner = self.details(element, voice)
            if one.sign == "+" and self.is_default(element):
                inner = ("，" if self.chinese else ", ").join(
                    [*([inner] if inner else []), voice.word("is_default")]
                )
            details = voice.word("element_details", list=inner) if inner and one.sign == "+" else ""
            return voice.word(how, target=target, details=details)
        kind = voice.kind(element.tag, element.event)
        if element.tag in _BESIDE and one.sign == "+":
            return voice.word("element_added", kind=kind, details="")
        if one.sign == "-":
            return voice.word("element_removed", kind=kind)
        said = [
            *([inner] if (inner := self.details(element, voice)) else []),
            *self.neighbours(element, voice),
        ]
        text = ("，" if self.chinese else ", ").join(said)
        return voice.word(
            "element_added", kind=kind, details=voice.word("element_details", list=text) if text else ""
        )

    def is_default(self, flow: Element) -> bool:
        source = self.made.after.elements.get(flow.source)
        fact = source.facts.get("default") if source is not None else None
        return fact is not None and fact.said == flow.key

    def neighbours(self, element: Element, voice: Voice) -> list[str]:
        """Where something new stands, and on which conditions it is reached and left."""
        said = []
        if element.host:
            said.append(voice.word("attached", name=voice.element(element.host)))
        lane = element.facts.get("lane")
        if (
            lane is not None
            and "assign" not in element.facts
            and element.tag in ("userTask", "manualTask", "task")
        ):
            said.insert(0, f"{FACTS['assign'][self.chinese]} {voice.element(lane.said)}")
        for flow in voice.sheet.flows():
            condition = flow.facts.get("condition")
            if flow.target == element.key:
                said.append(voice.word("after", name=voice.element(flow.source)))
                if condition is not None and flow.source in self.made.before.elements:
                    said.append(voice.word("if", condition=voice.fact(condition)))
            elif flow.source == element.key and condition is not None:
                target = voice.element(flow.target)
                said.append(voice.word("to_if", name=target, condition=voice.fact(condition)))
        return said


def _as_written(fact: Fact) -> str:
    said = fact.said
    return str(said[1]) if isinstance(said, tuple) and len(said) > 1 else str(said)


def marks_of(made: Comparison) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """What to mark in the old and in the new picture: id -> added, removed or changed."""
    old, new = made.before.elements, made.after.elements
    before = {id: "removed" for id in old if id not in new}
    after = {id: "added" for id in new if id not in old}
    for was, is_now in made.flows.pairs.items():  # led elsewhere because of a step that came or went
        ends = [(one.source, one.target) for one in (old[was], new[is_now])]
        if was == is_now and ends[0] != ends[1]:
            before[was] = after[is_now] = "changed"
    for one in made.found:
        if one.before is not None and one.after is not None:
            before.setdefault(one.before.key, "changed")
            after.setdefault(one.after.key, "changed")
    return before, after
