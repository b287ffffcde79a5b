"""Applying a change: steps of plain JSON, each of them a thing that an editor can do as well.

| do        | with                                   | does                                              |
|-----------|----------------------------------------|---------------------------------------------------|
| remove    | element [part]                         | takes it out, with its flows and its picture      |
| set       | element [part] attribute value         | writes an attribute; null takes it away           |
| text      | element [part] value                   | writes the text inside                            |
| kind      | element [part] value                   | gives it another tag of its own namespace         |
| id        | element value                          | another id, wherever it is named                  |
| move      | element part                           | moves a flow: word into extensionElements         |
| connect   | element source or target               | leads a flow from or to another element           |
| add       | kind id flow, behind or before         | adds an element with a flow, and draws both       |
| insert    | kind id flow, behind or before         | the same, on all flows that leave or enter there  |
| bypass    | element                                | removes it; its only flow begins where it began   |

`part` leads from the element with that id to something in it that has none, as
`bpmn:extensionElements[1]/flow:assign[2]`; without an element it begins at the root."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from lxml import etree

from workflows.engine.outline import children, local
from workflows.engine.problems import Problem
from workflows.engine.support import BPMN
from workflows.engine.xmlsafe import read_xml

from .picture import Picture
from .sheet import Sheet, elements, put, take_out

_PROLOG: Final = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>\s*")
# Attributes and elements whose text is the id of another element.
_REFERRING: Final = ("sourceRef", "targetRef", "attachedToRef", "default", "bpmnElement", "processRef")
_NAMING: Final = ("flowNodeRef", "incoming", "outgoing")

Step = Mapping[str, Any]


class ChangeError(ValueError):
    """A change that does not fit the diagram it is applied to."""


def apply_mend(bpmn: bytes, problem: Problem) -> bytes:
    """The diagram without a problem; the same diagram if it has no mend."""
    return bpmn if problem.mend is None else apply_change(bpmn, problem.mend.change)


def apply_change(bpmn: bytes, change: Iterable[Step]) -> bytes:
    """The diagram after a change. What the change does not touch stays as it is written."""
    root = read_xml(bpmn)
    for step in change:
        do = _STEPS.get(step.get("do", ""))
        if do is None:
            raise ChangeError(f"{step.get('do')!r} is no step of a change.")
        do(Sheet(root), step)
    text: bytes = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=False)
    return _prolog(bpmn) + text + (b"\n" if bpmn.endswith(b"\n") else b"")


def _prolog(bpmn: bytes) -> bytes:
    """How the file began, unless that would be wrong of what is written now."""
    found = _PROLOG.match(bpmn)
    if found is None:
        return b""
    is_ascii = b"ascii" in found.group().lower()
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' if is_ascii else found.group()


def _remove(sheet: Sheet, step: Step) -> None:
    xml = _found(sheet, step)
    if step.get("part"):
        take_out(xml)
    else:
        _remove_element(sheet, xml)


def _remove_element(sheet: Sheet, xml: Any) -> None:
    """An element with all that would hang in the air without it."""
    id = xml.get("id") or ""
    for event in sheet.attached(id):
        if event is not xml:
            _remove_element(sheet, event)
    gone = {element.get("id") for element in elements(xml) if local(element) and element.get("id")}
    lost = {flow.get("id") for flow in sheet.flows if {flow.get("sourceRef"), flow.get("targetRef")} & gone}
    for tag in ("sequenceFlow", "association"):
        for line in list(sheet.root.iter(f"{{{BPMN}}}{tag}")):
            if {line.get("sourceRef"), line.get("targetRef")} & gone and line is not xml:
                gone.add(line.get("id"))
                take_out(line)
    take_out(xml)
    gone.discard(None)
    lost |= gone if local(xml) == "sequenceFlow" else set()
    for element in list(elements(sheet.root)):
        if local(element) in _NAMING and (element.text or "").strip() in gone:
            take_out(element)
        elif local(element) is not None and element.get("default") in lost - {None}:
            del element.attrib["default"]
    Picture(sheet.root).remove(gone)


def _set(sheet: Sheet, step: Step) -> None:
    xml = _found(sheet, step)
    if step.get("value") is None:
        xml.attrib.pop(step["attribute"], None)
    else:
        xml.set(step["attribute"], step["value"])


def _text(sheet: Sheet, step: Step) -> None:
    xml = _found(sheet, step)
    for child in list(xml):
        xml.remove(child)
    xml.text = step["value"]


def _kind(sheet: Sheet, step: Step) -> None:
    xml = _found(sheet, step)
    xml.tag = f"{xml.tag.rpartition('}')[0]}}}{step['value']}"


def _id(sheet: Sheet, step: Step) -> None:
    xml, new = _found(sheet, step), step["value"]
    old = xml.get("id")
    xml.set("id", new)
    if step.get("part") or old is None:
        return
    for element in elements(sheet.root):
        for attribute in _REFERRING:
            if element.get(attribute) == old:
                element.set(attribute, new)
        if local(element) in _NAMING and (element.text or "").strip() == old:
            element.text = new
        if element.tag.endswith("}distinct") and old in (element.get("from") or ""):
            names = (element.get("from") or "").replace(",", " ").split()
            element.set("from", " ".join(new if name == old else name for name in names))


def _move(sheet: Sheet, step: Step) -> None:
    word, owner = _found(sheet, step), _found(sheet, {"element": step["element"]})
    extensions = next(children(owner, "extensionElements"), None)
    if extensions is None:
        extensions = etree.Element(f"{{{BPMN}}}extensionElements")
        owner.insert(sum(1 for _ in children(owner, "documentation")), extensions)
    take_out(word)
    word.tail = None
    extensions.append(word)


def _connect(sheet: Sheet, step: Step) -> None:
    flow = _found(sheet, step)
    for end, attribute, tag in (("source", "sourceRef", "outgoing"), ("target", "targetRef", "incoming")):
        if end in step:
            _lead(sheet, flow, attribute, tag, step[end])
            Picture(sheet.root).lead(flow.get("id"), step[end], at_end=end == "target")


def _lead(sheet: Sheet, flow: Any, attribute: str, tag: str, id: str) -> None:
    before = sheet.get(flow.get(attribute))
    for reference in list(children(before, tag)) if before is not None else ():
        if (reference.text or "").strip() == flow.get("id"):
            take_out(reference)
    flow.set(attribute, id)
    _refer(sheet, id, tag, flow.get("id"))


def _refer(sheet: Sheet, id: str, tag: str, flow: str) -> None:
    """Name a flow at its end, if the document does so."""
    if next(sheet.root.iter(f"{{{BPMN}}}incoming", f"{{{BPMN}}}outgoing"), None) is None:
        return
    element = sheet.get(id)
    if element is None:
        return
    made = etree.Element(f"{{{BPMN}}}{tag}")
    made.text = flow
    before = [
        child
        for child in elements(element, deep=False)
        if local(child) in ("documentation", "extensionElements", "incoming", "outgoing")
    ]
    put(element, made, before[-1] if before else None)


def _add(sheet: Sheet, step: Step) -> None:
    _new(sheet, step, inserted=False)


def _insert(sheet: Sheet, step: Step) -> None:
    _new(sheet, step, inserted=True)


def _new(sheet: Sheet, step: Step, *, inserted: bool) -> None:
    """A new element behind or before another one, joined to it by a new flow."""
    behind = "behind" in step
    anchor = sheet.get(step["behind"] if behind else step["before"])
    if anchor is None:
        raise ChangeError("What it should stand beside is not there.")
    id, name = step["id"], anchor.get("id")
    rest = (sheet.leaving if behind else sheet.entering)(name) if inserted else []
    made = etree.Element(f"{{{BPMN}}}{step['kind']}", id=id)
    ends = (name, id) if behind else (id, name)
    flow = etree.Element(f"{{{BPMN}}}sequenceFlow", id=step["flow"], sourceRef=ends[0], targetRef=ends[1])
    put(anchor.getparent(), made, anchor)
    put(anchor.getparent(), flow, made)
    for lane in sheet.root.iter(f"{{{BPMN}}}flowNodeRef"):
        if (lane.text or "").strip() == name:
            reference = etree.Element(lane.tag)
            reference.text = id
            put(lane.getparent(), reference, lane)
    now = Sheet(sheet.root)
    _refer(now, ends[0], "outgoing", step["flow"])
    _refer(now, ends[1], "incoming", step["flow"])
    for other in rest:
        _lead(now, other, *(("sourceRef", "outgoing") if behind else ("targetRef", "incoming")), id)
    Picture(sheet.root).place(
        id, step["kind"], name, step["flow"], [flow.get("id") for flow in rest], behind=behind
    )


def _bypass(sheet: Sheet, step: Step) -> None:
    xml = _found(sheet, step)
    leaving = sheet.leaving(xml.get("id"))
    if len(leaving) != 1:
        raise ChangeError("Only an element with one way out can be left out.")
    target = leaving[0].get("targetRef")
    for flow in sheet.entering(xml.get("id")):
        _connect(sheet, {"element": flow.get("id"), "target": target})
    _remove_element(Sheet(sheet.root), xml)


_STEPS: Final[Mapping[str, Callable[[Sheet, Step], None]]] = {
    "remove": _remove,
    "set": _set,
    "text": _text,
    "kind": _kind,
    "id": _id,
    "move": _move,
    "connect": _connect,
    "add": _add,
    "insert": _insert,
    "bypass": _bypass,
}


def _found(sheet: Sheet, step: Step) -> Any:
    xml = sheet.at(step)
    if xml is None:
        raise ChangeError("The element that should be changed is not there.")
    return xml
