"""The marker at the bottom of an activity: once for each item, so many times, or again and again.

Three ways to write the same are understood: BPMN's own references, our `flow:each`, and what the
importers of other tools make of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .expressions import is_free_name
from .extensions import Words, read_words
from .namescopes import NameScope
from .outline import Node, children
from .problems import Findings
from .vocabulary import ANY


@dataclass(slots=True)
class Marker:
    """A marker as it is written; its expressions are compiled by the builder."""

    kind: str
    xml: Any
    words: Words
    collection: str = ""
    cardinality: str = ""
    item: str = ""
    condition: str = ""
    value: str = ""
    into: str = ""
    maximum: int | None = None
    test_before: bool = False


def read_marker(node: Node, scope: NameScope, findings: Findings) -> Marker:
    """Read the marker of an activity and put the name of its item into the names inside it."""
    xml: Any = node.marker
    words = read_words(xml, findings)
    if xml.tag.endswith("standardLoopCharacteristics"):
        return _loop(node, Marker("loop", xml, words))
    kind = "sequential" if xml.get("isSequential", "false") == "true" else "parallel"
    marker = Marker(kind, xml, words)
    marker.cardinality = _text(xml, "loopCardinality")
    marker.condition = _text(xml, "completionCondition")
    marker.collection = _text(xml, "loopDataInputRef")
    marker.into = _text(xml, "loopDataOutputRef")
    marker.item = _name(xml, "inputDataItem")
    marker.value = _name(xml, "outputDataItem")
    each = words.one("each")
    if each is not None:
        marker.collection = each.get("in") or marker.collection
        marker.item = each.get("as") or marker.item
        marker.value = each.get("value") or marker.value
        marker.into = each.get("into") or marker.into
    _check(node, marker)
    if marker.item and is_free_name(marker.item):
        scope.local[marker.item] = ANY
    return marker


def _check(node: Node, marker: Marker) -> None:
    words, xml = marker.words, marker.xml
    if bool(marker.collection) == bool(marker.cardinality):
        words.error("marker_needs_one", xml)
    for name in (marker.item, marker.into):
        if name and not is_free_name(name):
            words.error("bad_name", xml, name=name[:50])
    if bool(marker.value) != bool(marker.into):
        words.error("value_and_into", xml)
    if marker.item and not marker.collection:
        words.error("item_without_list", xml, name=marker.item[:50])
    for attribute in ("behavior", "noneBehaviorEventRef", "oneBehaviorEventRef"):
        if xml.get(attribute) not in (None, "All"):
            words.error("unsupported_attribute", xml, attribute=attribute)


def _loop(node: Node, marker: Marker) -> Marker:
    xml = marker.xml
    marker.condition = _text(xml, "loopCondition")
    marker.test_before = xml.get("testBefore", "false") == "true"
    maximum = xml.get("loopMaximum")
    if maximum is not None:
        if maximum.isascii() and maximum.isdigit() and 0 < int(maximum[:9]) <= 100_000:
            marker.maximum = int(maximum)
        else:
            marker.words.error("bad_loop_maximum", xml, value=maximum[:30])
    elif not marker.condition:
        marker.words.error("loop_without_condition", xml)
    return marker


def _text(xml: Any, tag: str) -> str:
    return "".join("".join(child.itertext()) for child in children(xml, tag)).strip()


def _name(xml: Any, tag: str) -> str:
    for child in children(xml, tag):
        return child.get("name") or child.get("id") or ""
    return ""
