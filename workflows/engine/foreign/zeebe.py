"""The words of Camunda 8: extension elements, with expressions of FEEL behind an equals sign."""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree

from workflows.engine.outline import children, local
from workflows.engine.support import BPMN

from .feel import without_mark
from .words import (
    CATCHES,
    PEOPLE,
    THROWS,
    Translation,
    find,
    literal,
    message_for,
    quoted,
    split_names,
    take_attributes,
    take_children,
    under,
    word,
)

ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"

_HARMLESS: Final = frozenset(
    {
        "userTask",
        "properties",
        "versionTag",
        "modelerTemplate",
        "modelerTemplateVersion",
        "modelerTemplateIcon",
        "userTaskForm",
    }
)
_IGNORED: Final = frozenset({"formDefinition", "taskHeaders", "linkedResources"})
_LISTED = re.compile(r'\[\s*"([^"]*)"\s*\]')


class ZeebeWords:
    """Reads the zeebe: words at one element."""

    def __init__(self, translation: Translation) -> None:
        self.to = translation

    def read(self, element: Any) -> None:
        tag = local(element) or ""
        for name in take_attributes(element, ZEEBE):
            if name not in _HARMLESS:
                self.to.error(element, "foreign_refused", name=f"zeebe:{name}")
        for name, child in take_children(element, ZEEBE):
            if name in _HARMLESS:
                continue
            if name in _IGNORED:
                self.to.warn(child, "foreign_ignored", element.get("id"), name=f"zeebe:{name}")
            elif not self._word(element, tag, name, child):
                self.to.error(child, "foreign_refused", element.get("id"), name=f"zeebe:{name}")
        if tag in (*CATCHES, "messageEventDefinition"):
            self._correlate(element, tag)

    def _word(self, element: Any, tag: str, name: str, child: Any) -> bool:
        """Translate one word; False if it has no meaning at this element."""
        if tag in PEOPLE and name == "assignmentDefinition":
            self._people(element, child)
        elif tag in PEOPLE and name == "taskSchedule":
            self._schedule(element, child)
        elif tag in PEOPLE and name == "priorityDefinition":
            value = without_mark(child.get("priority") or "")
            self.to.add(element, "priority", {"value": value}, f"zeebe:priorityDefinition {value}")
        elif name == "taskDefinition" and tag == "serviceTask":
            kind = without_mark(child.get("type") or "")
            word(element, "operation").set("name", kind)
            self.to.note(element, f"zeebe:taskDefinition {kind}", f"flow:operation name={kind}")
        elif name == "taskDefinition" and tag in THROWS:
            self._sending(element, tag, child)
        elif name == "ioMapping":
            for mapping in child:
                self._mapping(element, tag, mapping)
        elif name == "calledElement" and tag == "callActivity":
            self._called(element, child)
        elif name == "calledDecision" and tag == "businessRuleTask":
            self._decision(element, child)
        elif name == "loopCharacteristics" and tag == "multiInstanceLoopCharacteristics":
            self._each(element, child)
        elif name == "script" and tag == "scriptTask":
            self._script(element, child)
        else:
            return False
        return True

    # -- people

    def _people(self, element: Any, child: Any) -> None:
        assignee = child.get("assignee")
        if assignee:
            person = _expression(assignee) if assignee.startswith("=") else quoted(assignee)
            self.to.assign(element, "person", person, f"zeebe:assignee {assignee}")
        for name, kind, several in (
            ("candidateGroups", "role", "several_groups"),
            ("candidateUsers", "person", "several_people"),
        ):
            value = child.get(name)
            if not value:
                continue
            listed = _LISTED.fullmatch(without_mark(value))
            names = [listed[1]] if listed else split_names(value)
            if len(names) != 1:
                self.to.error(child, several, element.get("id"), names=", ".join(names))
            else:
                one = names[0] if kind == "role" else quoted(names[0])
                if kind == "role" and value.startswith("=") and listed is None:
                    kind, one = "roleFrom", _only(without_mark(value))
                if not self.to.assign(element, kind, one, f"zeebe:{name} {value}"):
                    self.to.warn(child, "foreign_ignored", element.get("id"), name=f"zeebe:{name} {value}")

    def _schedule(self, element: Any, child: Any) -> None:
        due = child.get("dueDate")
        if due:
            self.to.add(element, "due", {"in": without_mark(due)}, f"zeebe:dueDate {due}")
        if child.get("followUpDate"):
            self.to.warn(child, "foreign_ignored", element.get("id"), name="zeebe:followUpDate")

    # -- what a step does

    def _sending(self, element: Any, tag: str, child: Any) -> None:
        """A worker sends the message there; here the event itself does."""
        name = without_mark(child.get("type") or "")
        definition = element if tag == "sendTask" else next(children(element, "messageEventDefinition"), None)
        if definition is None:
            self.to.error(child, "foreign_refused", element.get("id"), name="zeebe:taskDefinition")
        elif definition.get("messageRef"):
            self.to.warn(child, "foreign_ignored", element.get("id"), name=f"zeebe:taskDefinition {name}")
        else:
            message_for(element, definition, name)
            self.to.note(element, f"zeebe:taskDefinition {name}", f"bpmn:message name={name}")

    def _mapping(self, element: Any, tag: str, mapping: Any) -> None:
        kind = mapping.tag.rpartition("}")[2] if isinstance(mapping.tag, str) else ""
        if not kind:
            return
        source, target = mapping.get("source") or "", mapping.get("target") or ""
        value = _expression(source) if source.startswith("=") else literal(source)
        given = {"name": target, "value": value}
        before = f"zeebe:{kind} {source} → {target}"
        if tag == "callActivity" and kind in ("input", "output"):
            self.to.add(element, "in" if kind == "input" else "out", given, before)
        elif tag == "serviceTask" and kind == "input":
            under(word(element, "operation"), "param", given, mapping)
            self.to.note(element, before, f"flow:param {target}={value}")
        elif tag in THROWS and kind == "input":
            self.to.add(element, "param", given, before)
        else:
            self.to.error(mapping, "foreign_refused", element.get("id"), name=before)

    def _called(self, element: Any, child: Any) -> None:
        called = without_mark(child.get("processId") or "")
        element.set("calledElement", called)
        self.to.note(element, f"zeebe:calledElement {called}", f"calledElement={called}")
        for name in ("propagateAllChildVariables", "propagateAllParentVariables"):
            if child.get(name) == "true":
                self.to.warn(child, "call_all_variables", element.get("id"), name=f"zeebe:{name}")
        self._version(element, child)

    def _decision(self, element: Any, child: Any) -> None:
        name, result = without_mark(child.get("decisionId") or ""), child.get("resultVariable") or ""
        given = {"ref": name, **({"result": result} if result else {})}
        self.to.add(element, "decision", given, f"zeebe:calledDecision {name}")
        self._version(element, child)

    def _version(self, element: Any, child: Any) -> None:
        binding = child.get("versionTag") or child.get("bindingType") or "latest"
        if binding != "latest":
            self.to.warn(child, "version_ignored", element.get("id"), name="zeebe:bindingType", value=binding)

    def _each(self, element: Any, child: Any) -> None:
        names = {
            "inputCollection": "in",
            "inputElement": "as",
            "outputElement": "value",
            "outputCollection": "into",
        }
        given = {ours: without_mark(child.get(theirs)) for theirs, ours in names.items() if child.get(theirs)}
        self.to.add(element, "each", given, "zeebe:loopCharacteristics")

    def _script(self, element: Any, child: Any) -> None:
        """One expression with a name for its result is a line of ours."""
        name, expression = (
            child.get("resultVariable") or "result",
            without_mark(child.get("expression") or ""),
        )
        for old in list(children(element, "script")):
            element.remove(old)
        script = etree.SubElement(element, "{" + BPMN + "}script")
        script.sourceline, script.text = child.sourceline, f"{name} = {expression}"
        element.attrib.pop("scriptFormat", None)
        self.to.note(element, f"zeebe:script {name}", f"{name} = {expression}")

    def _correlate(self, element: Any, tag: str) -> None:
        """The key of a message is declared at the message there, at the catching event here."""
        reference = element.get("messageRef")
        event = element if tag == "receiveTask" else element.getparent()
        if not reference or local(event) not in CATCHES or find(event, "correlate") is not None:
            return
        root = element.getroottree().getroot()
        for message in children(root, "message"):
            if message.get("id") == reference:
                for found in message.iter("{" + ZEEBE + "}subscription"):
                    key = found.get("correlationKey")
                    if key:
                        self.to.add(
                            event, "correlate", {"value": _expression(key)}, f"zeebe:correlationKey {key}"
                        )
                        return


def _only(text: str) -> str:
    """`[role]` is the expression `role`."""
    return text[1:-1].strip() if text.startswith("[") and text.endswith("]") else text


def _expression(text: str) -> str:
    return without_mark(text)
