"""The diagram a mend is looked for in: what stands where, who leads to whom, and how to name a place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from workflows.engine.outline import children, local
from workflows.engine.problems import DefinitionError
from workflows.engine.support import BPMN, FLOW
from workflows.engine.xmlsafe import read_xml

PREFIXES: Final = {"bpmn": BPMN, "flow": FLOW}
_STEP: Final = re.compile(r"(?:(bpmn|flow):([\w.-]+)|\*)\[(\d+)\]")


class Sheet:
    """A document with its elements by id. Read anew after every change."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.by_id: dict[str, Any] = {}
        for element in root.iter(f"{{{BPMN}}}*"):
            if element.get("id") is not None:
                self.by_id.setdefault(element.get("id"), element)
        self.flows = list(root.iter(f"{{{BPMN}}}sequenceFlow"))

    def get(self, id: str | None) -> Any | None:
        return self.by_id.get(id) if id is not None else None

    def leaving(self, id: str) -> list[Any]:
        return [flow for flow in self.flows if flow.get("sourceRef") == id and flow.get("id")]

    def entering(self, id: str) -> list[Any]:
        return [flow for flow in self.flows if flow.get("targetRef") == id and flow.get("id")]

    def attached(self, id: str) -> list[Any]:
        """The boundary events of an activity."""
        found = self.root.iter(f"{{{BPMN}}}boundaryEvent")
        return [event for event in found if event.get("attachedToRef") == id]

    def fresh(self, wanted: str) -> str:
        """An id like this one that the document does not have."""
        taken = {element.get("id") for element in elements(self.root)}
        stem = re.sub(r"[^\w.-]", "_", wanted)[:150] or "element"
        if not (stem[0].isalpha() or stem[0] == "_"):
            stem = f"e_{stem}"
        name, number = stem, 2
        while name in taken:
            name, number = f"{stem}_{number}", number + 1
        return name

    # -- naming a place

    def address(self, xml: Any) -> dict[str, Any]:
        """`element`, the id of the innermost element around, and `part`, the way from there."""
        way: list[str] = []
        at = xml
        while at is not None:
            id = at.get("id")
            if local(at) is not None and id is not None and self.by_id.get(id) is at:
                break
            parent = at.getparent()
            if parent is not None:
                way.append(_step(at, parent))
            at = parent
        found: dict[str, Any] = {"element": at.get("id") if at is not None else None}
        if way:
            found["part"] = "/".join(reversed(way))
        return found

    def at(self, place: Mapping[str, Any]) -> Any | None:
        """What stands at such a place, or None."""
        element = self.root if place.get("element") is None else self.get(place["element"])
        for step in filter(None, str(place.get("part") or "").split("/")):
            found = _STEP.fullmatch(step)
            if element is None or found is None:
                return None
            prefix, name, number = found.groups()
            alike = [
                child
                for child in elements(element, deep=False)
                if prefix is None or child.tag == f"{{{PREFIXES[prefix]}}}{name}"
            ]
            element = alike[int(number) - 1] if 0 < int(number) <= len(alike) else None
        return element


def _step(xml: Any, parent: Any) -> str:
    namespace, _, name = xml.tag.lstrip("{").rpartition("}")
    prefix = next((short for short, full in PREFIXES.items() if full == namespace), None)
    alike = [child for child in elements(parent, deep=False) if prefix is None or child.tag == xml.tag]
    number = next(index for index, child in enumerate(alike, 1) if child is xml)
    return f"{prefix}:{name}[{number}]" if prefix is not None else f"*[{number}]"


def elements(xml: Any, *, deep: bool = True) -> Iterator[Any]:
    """Elements without comments and processing instructions."""
    for element in xml.iter() if deep else xml.iterchildren():
        if isinstance(element.tag, str):
            yield element


def name_of(xml: Any) -> str:
    """How people know an element."""
    return " ".join((xml.get("name") or "").split()) or str(xml.get("id") or "")


def element_names(bpmn: bytes, language: str = "") -> dict[str, str]:
    """id -> name of what has a name in a diagram, in a language if it says one; nothing of a file that cannot be
    read."""
    try:
        root = read_xml(bpmn)
    except DefinitionError:
        return {}
    found = root.iter(f"{{{BPMN}}}*")
    return {
        each.get("id"): _label_of(each, language) or name_of(each)
        for each in found
        if each.get("id") and each.get("name")
    }


def _label_of(xml: Any, language: str) -> str:
    """What the diagram calls an element in a language; empty if it does not say."""
    for label in xml.iterfind(f"{{{BPMN}}}extensionElements/{{{FLOW}}}label") if language else ():
        if label.get("lang") == language:
            return " ".join("".join(label.itertext()).split())
    return ""


def condition_of(flow: Any) -> str:
    """The condition of a flow; empty if it has none."""
    return "".join("".join(each.itertext()) for each in children(flow, "conditionExpression")).strip()


# -- taking out and putting in


def take_out(xml: Any) -> None:
    """Remove an element and the line it stood on, but no text that follows it."""
    parent, before = xml.getparent(), xml.getprevious()
    if parent is None:
        return
    tail, is_last = xml.tail or "", xml.getnext() is None
    parent.remove(xml)
    if tail.strip() or is_last:
        if before is not None:
            before.tail = tail if not (before.tail or "").strip() else before.tail + tail
        elif len(parent) or (parent.text or "").strip() or tail.strip():
            parent.text = (parent.text or "") + tail.strip()
        else:
            parent.text = None


def put(parent: Any, xml: Any, behind: Any | None) -> None:
    """Add an element behind one of its siblings, or in front, on a line of its own as they are."""
    if behind is None:
        xml.tail = parent.text if (parent.text or "").isspace() else None
        parent.insert(0, xml)
        return
    before = behind.getprevious()
    between = before.tail if before is not None else parent.text
    if (behind.tail or "").isspace():
        xml.tail = behind.tail
        if behind.getnext() is None:
            behind.tail = between if (between or "").isspace() else None
    parent.insert(parent.index(behind) + 1, xml)
