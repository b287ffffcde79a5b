"""Mends inside of expressions: a name, a field, a function or a choice that is misspelt, and signs
typed as people type them elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from workflows.engine.expressions.functions import FUNCTIONS
from workflows.engine.extensions import flow_name
from workflows.engine.outline import local
from workflows.engine.problems import Mend, Problem
from workflows.engine.support import BPMN, FLOW

from .drawn import mend
from .sheet import Sheet, elements
from .spelling import nearest
from .worded import Known, Rule, own_parts

# Where an expression can stand.
_TEXTS: Final = frozenset(
    {
        "conditionExpression",
        "script",
        "condition",
        "timeDate",
        "timeDuration",
        "timeCycle",
        "loopCardinality",
        "completionCondition",
        "loopCondition",
        "loopDataInputRef",
    }
)
_ATTRIBUTES: Final = {
    "assign": ("person", "roleFrom"),
    "due": ("on",),
    "param": ("value",),
    "in": ("value",),
    "out": ("value",),
    "each": ("in", "value"),
    "correlate": ("value",),
    "field": ("shownIf",),
}
_QUOTED: Final = r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\''


def _slots(sheet: Sheet, problem: Problem) -> Iterator[tuple[Any, str | None, str]]:
    """(element, attribute or None, text) of the expressions of an element."""
    owner = sheet.get(problem.element)
    for xml in own_parts(owner) if owner is not None else ():
        word = flow_name(xml)
        if local(xml) in _TEXTS or (word == "param" and xml.get("value") is None):
            yield xml, None, "".join(xml.itertext())
        for attribute in _ATTRIBUTES.get(word or "", ()):
            if xml.get(attribute):
                yield xml, attribute, xml.get(attribute)


def _rewritten(
    sheet: Sheet, problem: Problem, pattern: str, after: Callable[[str], str], shown: tuple[str, str]
) -> Iterator[Mend]:
    """Change what a pattern finds outside of quoted texts, in the expressions that have it."""
    whole = re.compile(f"({_QUOTED})|{pattern}")
    for xml, attribute, text in _slots(sheet, problem):
        new = whole.sub(lambda found: found.group(1) or after(found.group()), text)
        if new == text:
            continue
        place = sheet.address(xml)
        step: dict[str, Any] = {"do": "text", **place, "value": new}
        if attribute is not None:
            step = {"do": "set", **place, "attribute": attribute, "value": new}
        yield mend("mend_write", step, before=shown[0][:60], after=shown[1][:60])


def _renamed(sheet: Sheet, problem: Problem, before: str, after: str) -> Iterator[Mend]:
    pattern = rf"(?<![\w.]){re.escape(before)}(?!\w)"
    yield from _rewritten(sheet, problem, pattern, lambda _: after, (before, after))


def _name(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    name = str(problem.params.get("name"))
    close = nearest(name, [*_names(problem), *_declared(sheet), "starter", "subject"])
    if close is not None:
        yield from _renamed(sheet, problem, name, close)


def _names(problem: Problem) -> list[str]:
    return [each.strip() for each in str(problem.params.get("known") or "").split(",") if each.strip()]


def _declared(sheet: Sheet) -> Iterator[str]:
    """Every name that something in the diagram gives; whether it is known here is tried out."""
    for xml in elements(sheet.root):
        word = flow_name(xml)
        if word == "field":
            yield xml.get("id") or ""
        elif word in ("variable", "out"):
            yield xml.get("name") or ""
        elif word in ("operation", "decision"):
            yield xml.get("result") or ""
        elif word == "each":
            yield xml.get("as") or ""
            yield xml.get("into") or ""
        elif local(xml) in ("userTask", "manualTask", "task"):
            yield xml.get("id") or ""
        elif local(xml) == "script":
            yield from re.findall(r"^\s*(\w+)\s*=", "".join(xml.itertext()), re.MULTILINE)


def _field(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    name = str(problem.params.get("name"))
    known = _names(problem)
    root, _, path = name.partition(".")
    if root == "subject":
        subject = next(sheet.root.iter(f"{{{FLOW}}}subject"), None)
        fields = about.vocabulary.fields_of(subject.get("type") if subject is not None else None)
        close = nearest(path, [*known, *fields])
        if close is not None:
            yield from _renamed(sheet, problem, name, f"subject.{close}")
        return
    above, _, last = name.rpartition(".")
    close = nearest(last, known)
    if close is not None and above:
        yield from _renamed(sheet, problem, name, f"{above}.{close}")


def _function(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    name = str(problem.params.get("name"))
    close = nearest(name, FUNCTIONS)
    if close is not None:
        pattern = rf"(?<![\w.]){re.escape(name)}(?=\s*\()"
        yield from _rewritten(sheet, problem, pattern, lambda _: close, (f"{name}()", f"{close}()"))


def _choice(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    """A text compared with a choice: the value that it nearly is."""
    value = str(problem.params.get("value"))
    close = nearest(value, [each.strip() for each in str(problem.params.get("choices")).split(",")])
    if close is None:
        return
    quoted = re.compile(rf"([\"']){re.escape(value)}\1")
    for xml, attribute, text in _slots(sheet, problem):
        new = quoted.sub(lambda found: f"{found.group(1)}{close}{found.group(1)}", text)
        if new != text:
            step: dict[str, Any] = {"do": "text", **sheet.address(xml), "value": new}
            if attribute is not None:
                step = {"do": "set", **sheet.address(xml), "attribute": attribute, "value": new}
            yield mend("mend_write", step, before=value[:60], after=close)


def _equals(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    owner = sheet.get(problem.element)
    if owner is not None and owner.tag != f"{{{BPMN}}}scriptTask":
        yield from _rewritten(sheet, problem, r"(?<![=!<>])=(?!=)", lambda _: "==", ("=", "=="))


_HALF: Final = {
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("‘’", "'"),
    "，": ",",
    "（": "(",
    "）": ")",
    "［": "[",
    "］": "]",
    "【": "[",
    "】": "]",
    "＝": "=",
    "＞": ">",
    "＜": "<",
    "！": "!",
    "＋": "+",
    "－": "-",
    "＊": "*",
    "／": "/",
    "％": "%",
    "。": ".",
}


def _half_width(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    """Signs of a Chinese keyboard; what stands in quotation marks stays as it is."""
    character = str(problem.params.get("character"))
    signs = "[" + "".join(re.escape(sign) for sign in _HALF) + "]"
    if character in _HALF:
        shown = (character, _HALF[character])
        yield from _rewritten(sheet, problem, signs, lambda sign: _HALF[sign], shown)


RULES: Final[Mapping[str, Rule]] = {
    "unknown_name": _name,
    "unknown_field": _field,
    "unknown_function": _function,
    "not_one_of_choices": _choice,
    "single_equals": _equals,
    "full_width_character": _half_width,
}
