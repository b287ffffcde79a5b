"""An XML element of which everything that was understood is taken away, so that nothing is passed over."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

from lxml import etree

from workflows.engine.support import BPMN, FLOW

# What says nothing: ids of parts, what is told by the flows themselves, and what is the rule anyway.
_SILENT: Final = frozenset({"id", "gatewayDirection", "textFormat"})
_USUAL: Final = {
    "isForCompensation": "false",
    "startQuantity": "1",
    "completionQuantity": "1",
    "instantiate": "false",
    "eventGatewayType": "Exclusive",
    "parallelMultiple": "false",
    "triggeredByEvent": "false",
    "isClosed": "false",
    "isCollection": "false",
    "isImmediate": "true",
    "processType": "None",
    "implementation": "##unspecified",
}


class Rest:
    """A copy of an element to take from. `inside` says which children are no part of it."""

    def __init__(self, xml: Any, inside: Callable[[Any], bool] = lambda child: True) -> None:
        self.xml: Any = etree.Element(xml.tag, dict(xml.attrib))
        self.xml.text = xml.text
        for child in xml:
            if isinstance(child.tag, str) and inside(child):
                copied = deepcopy(child)
                copied.tail = None
                self.xml.append(copied)

    def take(self, name: str) -> str | None:
        """An attribute."""
        found: str | None = self.xml.attrib.pop(name, None)
        return found

    def children(self, tag: str, namespace: str = BPMN) -> list[Any]:
        """The children of a kind, taken away."""
        found = list(self.xml.iterchildren(f"{{{namespace}}}{tag}"))
        for child in found:
            self.xml.remove(child)
        return found

    def texts(self, tag: str) -> str:
        """What stands in the children of a kind, one after the other."""
        return "\n".join("".join(child.itertext()).strip() for child in self.children(tag)).strip()

    def text(self) -> str:
        """The text of the element itself."""
        found = "".join(self.xml.itertext()).strip()
        self.xml.text = None
        return found

    def words(self) -> list[Any]:
        """Our own words in its extension elements, taken away."""
        found = []
        for extensions in self.xml.iterchildren(f"{{{BPMN}}}extensionElements"):
            own = list(extensions.iterchildren(f"{{{FLOW}}}*"))
            for word in own:
                extensions.remove(word)
            found += own
        for extensions in list(self.xml.iterchildren(f"{{{BPMN}}}extensionElements")):
            if not len(extensions):
                self.xml.remove(extensions)
        return found

    def left(self) -> str:
        """What nobody took, as text in which order of attributes, blanks and prefixes do not count."""
        attributes = [
            f"{name}={value}"
            for name, value in sorted(self.xml.attrib.items())
            if name not in _SILENT and _USUAL.get(name) != value
        ]
        inner = [written(child) for child in self.xml if isinstance(child.tag, str)]
        text = (self.xml.text or "").strip()
        return "\n".join([*attributes, *([text] if text else []), *inner])


def written(xml: Any) -> str:
    """An element as text, whatever its prefixes and blanks."""
    words = "".join(f' {key}="{value}"' for key, value in sorted(xml.attrib.items()))
    inner = [(xml.text or "").strip()]
    for child in xml:
        if isinstance(child.tag, str):
            inner.append(written(child))
        inner.append((child.tail or "").strip())
    return f"<{xml.tag}{words}>{''.join(inner)}</{xml.tag}>"
