"""Writing a sheet as DMN: over the file it came from, so that what was not changed stays as it is."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any, Final

from lxml import etree

from workflows.engine.support import FLOW
from workflows.engine.xmlsafe import read_xml

from .dmn import LANGUAGE
from .sheets import ConditionColumn, ResultColumn, Row, Sheet, read_sheet

NAMESPACE: Final = "https://www.omg.org/spec/DMN/20191111/MODEL/"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_PREFIXES: Final[Any] = {None: NAMESPACE, "flow": FLOW}
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")


def write_sheet(sheet: Sheet, base: str | None, *, name: str) -> str:
    """The file of a sheet. `base` is the file in which its origins are counted, None for a new one."""
    if base is None:
        return _HEAD + _Writer(_blank(name), Sheet(""), sheet).written() + "\n"
    before = read_sheet(base, name)
    if sheet == before:
        return base
    text = _Writer(read_xml(base), before, sheet).written()
    if base.lstrip("\ufeff").startswith("<?xml"):
        text = _HEAD + text
    return text + "\n" if base.endswith("\n") else text


def _blank(name: str) -> Any:
    root = etree.Element(f"{{{NAMESPACE}}}definitions", nsmap=_PREFIXES)
    for attribute, value in (("id", f"{name}_definitions"), ("name", name), ("namespace", "urn:xiaoliu:dmn")):
        root.set(attribute, value)
    decision = etree.SubElement(root, f"{{{NAMESPACE}}}decision", id=name)
    etree.SubElement(decision, f"{{{NAMESPACE}}}decisionTable", hitPolicy="UNIQUE")
    etree.indent(root)
    return root


class _Writer:
    def __init__(self, root: Any, before: Sheet, sheet: Sheet) -> None:
        self.root = root
        self.before = before
        self.sheet = sheet
        self.used: set[tuple[str, int]] = set()
        self.ns = etree.QName(root).namespace
        self.decision = root.find(self.tag("decision"))
        self.table = self.decision.find(self.tag("decisionTable"))

    def tag(self, name: str) -> str:
        return f"{{{self.ns}}}{name}"

    def written(self) -> str:
        sheet, before = self.sheet, self.before
        self.label(self.decision, "name", before.label, sheet.label)
        self.english(self.decision, before.english, sheet.english)
        if sheet.hit_policy != before.hit_policy:
            self.table.set("hitPolicy", sheet.hit_policy)
        if sheet.aggregation != before.aggregation:
            self.attribute(self.table, "aggregation", sheet.aggregation or "")
        inputs, outputs = self.table.findall(self.tag("input")), self.table.findall(self.tag("output"))
        rules = self.table.findall(self.tag("rule"))
        made = {
            "rule": [self.rule(one, rules) for one in sheet.rows],
            "input": [self.condition(one, inputs) for one in sheet.conditions],
            "output": [self.result(one, outputs) for one in sheet.results],
        }
        self.arrange(made)
        return str(etree.tostring(self.root.getroottree(), encoding="unicode"))

    # -- parts

    def condition(self, column: ConditionColumn, old: list[Any]) -> Any:
        element, was = self.taken("input", column.origin, old, self.before.conditions, ConditionColumn())
        self.label(element, "label", was.label, column.label)
        self.english(element, was.english, column.english)
        self.text(element, "inputExpression", was.expression, column.expression, always=True)
        if column.type_ref != was.type_ref:
            self.attribute(element.find(self.tag("inputExpression")), "typeRef", column.type_ref)
        self.text(element, "inputValues", was.values, column.values)
        return element

    def result(self, column: ResultColumn, old: list[Any]) -> Any:
        element, was = self.taken("output", column.origin, old, self.before.results, ResultColumn())
        for attribute, now, then in (
            ("name", column.name, was.name),
            ("typeRef", column.type_ref, was.type_ref),
        ):
            if now != then:
                self.attribute(element, attribute, now)
        self.label(element, "label", was.label, column.label)
        self.english(element, was.english, column.english)
        self.text(element, "outputValues", was.values, column.values)
        if column.default is None:
            self.drop(element, "defaultOutputEntry")
        else:
            always = was.default is None
            self.text(element, "defaultOutputEntry", was.default or "", column.default, always=always)
        return element

    def rule(self, row: Row, old: list[Any]) -> Any:
        blank = Row([], [])
        element, was = self.taken("rule", row.origin, old, self.before.rows, blank)
        self.note(element, was.description, row.description)
        conditions = [column.origin for column in self.sheet.conditions]
        results = [column.origin for column in self.sheet.results]
        for kind, origins, cells, then in (
            ("inputEntry", conditions, row.conditions, was.conditions),
            ("outputEntry", results, row.results, was.results),
        ):
            entries = element.findall(self.tag(kind))
            kept = []
            for origin, cell in zip(origins, cells, strict=True):
                at = origin if origin is not None and 0 <= origin < len(entries) else None
                entry = etree.Element(self.tag(kind)) if at is None else deepcopy(entries[at])
                entry.tail = None
                if at is None or then[at] != cell:
                    self.set_text(entry, cell)
                kept.append(entry)
            self.replace(element, kind, entries, kept)
        return element

    def taken(self, kind: str, origin: int | None, old: list[Any], before: list[Any], blank: Any) -> Any:
        """The element a part came from, and what it said there; a new one otherwise."""
        if origin is None or not 0 <= origin < len(old) or (kind, origin) in self.used:
            return etree.Element(self.tag(kind)), blank
        self.used.add((kind, origin))
        return old[origin], before[origin]

    # -- XML

    def arrange(self, made: dict[str, list[Any]]) -> None:
        """Put columns and rules where DMN wants them, with the spaces of their neighbours."""
        table = self.table
        kinds = {self.tag(kind): found for kind, found in made.items()}
        if [child for child in table if child.tag in kinds] == [
            *made["input"],
            *made["output"],
            *made["rule"],
        ]:
            return
        rest = [child for child in table if child.tag not in kinds]
        first = [child for child in rest if child.tag != self.tag("annotation")]
        notes = [child for child in rest if child.tag == self.tag("annotation")]
        end = table[-1].tail if len(table) else "\n    "
        between = table.text if (table.text or "").strip() == "" and table.text else "\n      "
        for child in list(table):
            table.remove(child)
        for child in [*first, *made["input"], *made["output"], *notes, *made["rule"]]:
            if child.tag in kinds and child.text is None:
                etree.indent(child, level=3)
            child.tail = between
            table.append(child)
        table.text = between
        if len(table):
            table[-1].tail = end

    def replace(self, rule: Any, kind: str, old: list[Any], new: list[Any]) -> None:
        if len(old) == len(new) and all(
            etree.tostring(one, with_tail=False) == etree.tostring(other, with_tail=False)
            for one, other in zip(old, new, strict=True)
        ):
            return
        if old:
            at, tails = rule.index(old[0]), [one.tail for one in old]
        else:
            before = [child for child in rule if child.tag in (self.tag("inputEntry"), *self.notes)]
            at, tails = len(before), [rule[-1].tail if len(rule) else None]
        for one in old:
            rule.remove(one)
        for index, one in enumerate(new):
            one.tail = tails[min(index, len(tails) - 1)]
            rule.insert(at + index, one)
        if new and old:
            new[-1].tail = tails[-1]

    @property
    def notes(self) -> tuple[str, str]:
        return self.tag("description"), self.tag("extensionElements")

    def label(self, element: Any, attribute: str, was: str, now: str) -> None:
        if was == now:
            return
        self.attribute(element, attribute, now)
        for label in self.flow_labels(element, LANGUAGE):
            label.getparent().remove(label)

    def english(self, element: Any, was: str, now: str) -> None:
        if was == now:
            return
        for label in self.flow_labels(element, "en"):
            label.getparent().remove(label)
        if not now:
            return
        extensions = element.find(self.tag("extensionElements"))
        if extensions is None:
            extensions = etree.Element(self.tag("extensionElements"))
            extensions.tail = element.text
            element.insert(1 if element.find(self.tag("description")) is not None else 0, extensions)
        label = etree.SubElement(extensions, f"{{{FLOW}}}label", lang="en")
        label.text = _clean(now)

    def flow_labels(self, element: Any, language: str) -> list[Any]:
        extensions = element.find(self.tag("extensionElements"))
        found = extensions.findall(f"{{{FLOW}}}label") if extensions is not None else []
        return [one for one in found if (one.get("lang") or LANGUAGE).lower() == language]

    def attribute(self, element: Any, name: str, value: str) -> None:
        if value:
            element.set(name, _clean(value))
        else:
            element.attrib.pop(name, None)

    def text(self, element: Any, kind: str, was: str, now: str, *, always: bool = False) -> None:
        """The text of a part of a column; a part without one is left out unless it must be there."""
        part = element.find(self.tag(kind))
        if was == now and (part is not None or not always):
            return
        if not now and not always:
            self.drop(element, kind)
            return
        if part is None:
            part = etree.SubElement(element, self.tag(kind))
            order = {self.tag(one): place for place, one in enumerate(_ORDER)}
            element[:] = sorted(element, key=lambda child: order.get(child.tag, -1))
        self.set_text(part, now)

    def set_text(self, part: Any, value: str) -> None:
        text = part.find(self.tag("text"))
        if text is None:
            text = etree.SubElement(part, self.tag("text"))
        for child in list(text):
            text.remove(child)
        text.text = _clean(value)

    def drop(self, element: Any, kind: str) -> None:
        for part in element.findall(self.tag(kind)):
            element.remove(part)

    def note(self, rule: Any, was: str, now: str) -> None:
        if was == now:
            return
        self.drop(rule, "description")
        if now:
            note = etree.Element(self.tag("description"))
            note.text, note.tail = _clean(now), rule.text
            rule.insert(0, note)


_ORDER: Final = (
    "description",
    "extensionElements",
    "inputExpression",
    "inputValues",
    "outputValues",
    "defaultOutputEntry",
)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)
