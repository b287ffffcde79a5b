"""What all translations share: writing `flow:` words into the tree, and saying what was done."""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree

from workflows.engine.outline import children, local
from workflows.engine.problems import Findings, Problem
from workflows.engine.support import BPMN, FLOW

PEOPLE: Final = ("userTask", "manualTask", "task")  # steps somebody does
THROWS: Final = ("sendTask", "intermediateThrowEvent", "endEvent")
_PARTS: Final = (
    "Definition",
    "Characteristics",
    "Expression",
    "ondition",
    "timeDate",
    "timeDuration",
    "timeCycle",
    "loopCardinality",
    "extensionElements",
)
CATCHES: Final = ("receiveTask", "intermediateCatchEvent", "boundaryEvent", "startEvent")


class Translation:
    """Notes and findings of one process."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.notes: list[Problem] = []

    def error(self, at: Any, code: str, owner: str | None = None, **params: Any) -> None:
        self.findings.error(code, owner or owner_of(at), at.sourceline, **params)

    def warn(self, at: Any, code: str, owner: str | None = None, **params: Any) -> None:
        self.findings.warn(code, owner or owner_of(at), at.sourceline, **params)

    def note(self, element: Any, before: str, after: str) -> None:
        owner = element_of(element)
        what = owner.get("name") or owner.get("id") or ""
        params = {"what": what[:60], "before": before[:120], "after": after[:120]}
        self.notes.append(Problem("warning", "translated", owner.get("id"), element.sourceline, params))

    def assign(self, element: Any, kind: str, value: str, before: str) -> bool:
        """Who does a step; the first word wins."""
        if find(element, "assign") is not None:
            return False
        add(element, "assign", {kind: value})
        self.note(element, before, f"flow:assign {kind}={value}")
        return True

    def add(self, element: Any, word: str, attributes: dict[str, str], before: str) -> Any:
        made = add(element, word, attributes)
        said = " ".join(f"{name}={value}" for name, value in attributes.items())
        self.note(element, before, f"flow:{word} {said}")
        return made


def owner_of(element: Any) -> str | None:
    """The id of an element, or of the one it belongs to."""
    while element is not None and element.get("id") is None:
        element = element.getparent()
    return str(element.get("id")) if element is not None else None


def element_of(part: Any) -> Any:
    """The step or flow a definition, loop marker or condition belongs to."""
    above = part
    while above is not None and (local(above) or "").endswith(_PARTS):
        above = above.getparent()
    return part if above is None else above


def take_attributes(element: Any, namespace: str) -> dict[str, str]:
    """Remove and return the attributes of a tool."""
    prefix = "{" + namespace + "}"
    found = {
        str(name)[len(prefix) :]: str(value)
        for name, value in element.attrib.items()
        if str(name).startswith(prefix)
    }
    for name in found:
        del element.attrib[prefix + name]
    return found


def take_children(element: Any, namespace: str) -> list[tuple[str, Any]]:
    """Remove and return the extension elements of a tool."""
    found = []
    for extensions in element.iterchildren("{" + BPMN + "}extensionElements"):
        for child in list(extensions):
            if isinstance(child.tag, str) and child.tag.startswith("{" + namespace + "}"):
                found.append((child.tag[len(namespace) + 2 :], child))
                extensions.remove(child)
    return found


def find(element: Any, word: str) -> Any | None:
    for extensions in element.iterchildren("{" + BPMN + "}extensionElements"):
        for found in extensions.iterchildren("{" + FLOW + "}" + word):
            return found
    return None


def add(element: Any, word: str, attributes: dict[str, str]) -> Any:
    return under(_extensions(element), word, attributes, element)


def under(parent: Any, word: str, attributes: dict[str, str], source: Any) -> Any:
    made = etree.SubElement(parent, "{" + FLOW + "}" + word, attributes, nsmap={"flow": FLOW})
    made.sourceline = source.sourceline
    return made


def word(element: Any, name: str) -> Any:
    """The one word of a kind, made if it is missing."""
    found = find(element, name)
    return found if found is not None else add(element, name, {})


def message_for(element: Any, definition: Any, name: str) -> None:
    """Let an event or task send the message of a name; the message is declared in the document."""
    root = element.getroottree().getroot()
    for message in children(root, "message"):
        if message.get("name") == name and message.get("id"):
            definition.set("messageRef", message.get("id"))
            return
    taken = {found.get("id") for found in root.iter("{*}*")}
    identifier = "message_" + re.sub(r"\W", "_", name)
    while identifier in taken:
        identifier += "_"
    message = etree.Element("{" + BPMN + "}message", id=identifier, name=name)
    message.sourceline = element.sourceline
    process = next(children(root, "process"))
    process.addprevious(message)
    definition.set("messageRef", identifier)


def split_names(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def quoted(text: str) -> str:
    return '"' + text.strip().replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_expression(text: str) -> bool:
    return text.strip()[:2] in ("${", "#{")


def bare(text: str) -> str:
    """`${amount}` without its marks; anything else as it is."""
    text = text.strip()
    inner = text[2:-1]
    if is_expression(text) and text.endswith("}") and "${" not in inner and "#{" not in inner:
        return inner.strip()
    return text


def literal(text: str) -> str:
    """A plain parameter is a text, unless it is plainly a number or a truth value."""
    if text in ("true", "false") or re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        return text
    return quoted(text)


def _extensions(element: Any) -> Any:
    tag = "{" + BPMN + "}extensionElements"
    found = next(element.iterchildren(tag), None)
    if found is None:
        found = etree.Element(tag)
        found.sourceline = element.sourceline
        element.insert(sum(1 for _ in children(element, "documentation")), found)
    return found
