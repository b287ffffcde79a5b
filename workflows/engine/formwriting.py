"""The form of a step, written into the diagram.

Writing changes the `flow:form` of one element and nothing else; parts of a field that the page does not
know, such as labels in a third language, stay."""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree

from .definition import DEFAULT_LANGUAGE
from .drawing_forms import (
    ATTRIBUTES,
    FLAGS,
    STEPS,
    FieldSheet,
    form_of,
    labels_of,
    read_field,
    step_form,
)
from .extensions import inner
from .mends.changes import ChangeError
from .mends.sheet import Sheet
from .outline import children, local
from .support import BPMN, FLOW
from .xmlsafe import read_xml

_PROLOG: Final = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>\s*")
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")


def written_form(bpmn: str, element: str, fields: list[FieldSheet]) -> str:
    """The diagram with the form of one step. Raises ChangeError if there is no such step."""
    root = read_xml(bpmn)
    step = Sheet(root).get(element)
    if step is None or local(step) not in STEPS:
        raise ChangeError("The step whose form should be changed is not there.")
    if step_form(step).fields == fields:
        return bpmn
    _write(step, fields)
    prolog = _PROLOG.match(bpmn)
    text = str(etree.tostring(root.getroottree(), encoding="unicode"))
    return (prolog.group().lstrip("\ufeff") if prolog else "") + text + ("\n" if bpmn.endswith("\n") else "")


def _write(step: Any, fields: list[FieldSheet]) -> None:
    form = form_of(step)
    if not fields:
        if form is not None:
            _take_out(form)
        return
    if form is None:
        form = _new_form(step)
    old = list(inner(form, "field"))
    used: set[int] = set()
    made = []
    for sheet in fields:
        at = sheet.origin
        if at is not None and 0 <= at < len(old) and at not in used:
            used.add(at)
            element = old[at]
            if read_field(element, at) != sheet:
                _fill(element, sheet, read_field(element, at))
        else:
            element = etree.Element(f"{{{FLOW}}}field")
            _fill(element, sheet, FieldSheet(type=""))
        made.append(element)
    if made == old:
        return
    deep = _depth(form)
    for element in old:
        form.remove(element)
    if not (form.text or "").strip():
        form.text = "\n" + "  " * (deep + 1)
    for element in made:
        if element not in old:
            etree.indent(element, level=deep + 1)
        element.tail = "\n" + "  " * (deep + 1)
        form.append(element)
    form[-1].tail = "\n" + "  " * deep


def _new_form(step: Any) -> Any:
    extensions = next(children(step, "extensionElements"), None)
    deep = _depth(step)
    if extensions is None:
        extensions = etree.Element(f"{{{BPMN}}}extensionElements")
        at = sum(1 for _ in children(step, "documentation"))
        extensions.text, extensions.tail = "\n" + "  " * (deep + 1), "\n" + "  " * (deep + (len(step) > at))
        if len(step) == 0:
            step.text = "\n" + "  " * (deep + 1)
        step.insert(at, extensions)
    prefixes: Any = {"flow": FLOW}
    form = etree.SubElement(extensions, f"{{{FLOW}}}form", nsmap=prefixes)
    before = form.getprevious()
    form.tail = before.tail if before is not None else "\n" + "  " * (deep + 1)
    if before is not None:
        before.tail = "\n" + "  " * (deep + 2)
    else:
        extensions.text = "\n" + "  " * (deep + 2)
    return form


def _fill(element: Any, sheet: FieldSheet, was: FieldSheet) -> None:
    for slot, attribute in ATTRIBUTES:
        value = getattr(sheet, slot)
        if value != getattr(was, slot):
            _set(element, attribute, value)
    for flag in FLAGS:
        if getattr(sheet, flag) != getattr(was, flag):
            _set(element, flag, "true" if getattr(sheet, flag) else "")
    _label(element, DEFAULT_LANGUAGE, was.label, sheet.label)
    _label(element, "en", was.english, sheet.english)
    if sheet.choices == was.choices:
        return
    old = {choice.get("value"): choice for choice in inner(element, "choice")}
    for choice in list(inner(element, "choice")):
        element.remove(choice)
    for one in sheet.choices:
        choice = old.pop(one.value, None)
        if choice is None:
            choice = etree.Element(f"{{{FLOW}}}choice", value=_clean(one.value))
        words = labels_of(choice)
        _label(choice, DEFAULT_LANGUAGE, words.get(DEFAULT_LANGUAGE, ""), one.label)
        _label(choice, "en", words.get("en", ""), one.english)
        element.append(choice)


def _label(element: Any, language: str, was: str, now: str) -> None:
    if was == now:
        return
    at = 0
    for label in list(element.iterchildren(f"{{{FLOW}}}label")):
        if (label.get("lang") or DEFAULT_LANGUAGE).lower() == language:
            if now:
                label[:], label.text, now = [], _clean(now), ""
            else:
                element.remove(label)
        else:
            at += 1
    if now:
        label = etree.Element(f"{{{FLOW}}}label")
        if language != DEFAULT_LANGUAGE:
            label.set("lang", language)
        label.text = _clean(now)
        element.insert(0 if language == DEFAULT_LANGUAGE else at, label)


def _set(element: Any, attribute: str, value: str) -> None:
    if value:
        element.set(attribute, _clean(value))
    else:
        element.attrib.pop(attribute, None)


def _take_out(form: Any) -> None:
    """Remove a form with the space before it; a box that held nothing else goes too."""
    extensions, before = form.getparent(), form.getprevious()
    if before is not None:
        before.tail = form.tail
    extensions.remove(form)
    if len(extensions) == 0:
        extensions.getparent().remove(extensions)


def _depth(element: Any) -> int:
    return sum(1 for _ in element.iterancestors())


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)
