"""Camunda's vocabulary, said in our own words before anything else reads the diagram.

`translate` rewrites the tree in place, so that the rest of the engine knows one vocabulary only.
What would run code is refused, what has no meaning here is named in a warning."""

from __future__ import annotations

from typing import Any, Final

from lxml import etree

from .outline import local
from .problems import Findings, Problem
from .support import BPMN, CAMUNDA, FLOW

_FIELD_TYPES: Final = {
    "string": "text",
    "long": "integer",
    "int": "integer",
    "integer": "integer",
    "double": "decimal",
    "float": "decimal",
    "boolean": "boolean",
    "date": "date",
    "enum": "choice",
}
_CONSTRAINTS: Final = {"min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}
# These say how Camunda stores or schedules a step; without them it runs the same here.
_HARMLESS: Final = frozenset(
    {
        "asyncBefore",
        "asyncAfter",
        "exclusive",
        "jobPriority",
        "taskPriority",
        "historyTimeToLive",
        "versionTag",
        "isStartableInTasklist",
        "candidateStarterGroups",
        "candidateStarterUsers",
        "initiator",
        "failedJobRetryTimeCycle",
        "properties",
        "diagramRelationId",
    }
)


def translate(process: Any, findings: Findings) -> list[Problem]:
    """Rewrite `camunda:` words of a process into `flow:` ones. Returns notes on what was done."""
    translator = _Translator(findings)
    for element in list(process.iter("{" + BPMN + "}*")):
        translator.element(element)
    return translator.notes


class _Translator:
    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.notes: list[Problem] = []

    def element(self, element: Any) -> None:
        tag = local(element)
        for name, value in _take_attributes(element).items():
            self._attribute(element, tag or "", name, value)
        for extensions in element.iterchildren("{" + BPMN + "}extensionElements"):
            for child in list(extensions):
                if isinstance(child.tag, str) and child.tag.startswith("{" + CAMUNDA + "}"):
                    self._child(element, tag or "", child.tag[len(CAMUNDA) + 2 :], child)
                    extensions.remove(child)
        if tag == "conditionExpression":
            self._language(element.getparent(), element.get("language"), "condition_language", refuse=True)
        elif tag == "scriptTask":
            self._language(element, element.get("scriptFormat"), "script_language", refuse=False)
        self._foreign_attributes(element)

    # -- attributes

    def _attribute(self, element: Any, tag: str, name: str, value: str) -> None:
        if tag == "userTask" and name == "assignee":
            person = value if value.strip()[:2] in ("${", "#{") else _quoted(value)
            self._assign(element, "person", person, f"camunda:assignee {value}")
        elif tag == "userTask" and name == "candidateUsers":
            people = _split(value)
            if len(people) == 1:
                self._attribute(element, tag, "assignee", people[0])
            else:
                self._error(element, "several_people", names=", ".join(people))
        elif tag == "userTask" and name == "candidateGroups":
            groups = _split(value)
            if len(groups) == 1:
                self._assign(element, "role", groups[0], f"camunda:candidateGroups {value}")
            else:
                self._error(element, "several_groups", names=", ".join(groups))
        elif tag == "userTask" and name == "dueDate":
            _add(element, "due", {"in": value.strip()})
            self._note(element, f"camunda:dueDate {value}", f"flow:due in={value}")
        elif tag == "userTask" and name == "priority":
            _add(element, "priority", {"value": value.strip()})
            self._note(element, f"camunda:priority {value}", f"flow:priority value={value}")
        elif tag == "serviceTask" and name == "topic":
            self._topic(element, value)
        elif tag == "serviceTask" and name == "type" and value == "external":
            return
        elif tag == "serviceTask" and name == "resultVariable":
            _operation(element).set("result", value.strip())
        elif name in _HARMLESS:
            return
        elif name in ("formKey", "formRef", "followUpDate", "formRefBinding", "formRefVersion"):
            self._warn(element, "camunda_ignored", name=name)
        else:
            self._error(element, "camunda_refused", name=name)

    def _topic(self, element: Any, value: str) -> None:
        _operation(element).set("name", value.strip())
        self._note(element, f"camunda:topic {value}", f"flow:operation name={value}")

    def _assign(self, element: Any, kind: str, value: str, before: str) -> None:
        if _find(element, "assign") is not None:
            self._warn(element, "camunda_ignored", name=before.removeprefix("camunda:"))
            return
        _add(element, "assign", {kind: value})
        self._note(element, before, f"flow:assign {kind}={value}")

    # -- children of extensionElements

    def _child(self, element: Any, tag: str, name: str, child: Any) -> None:
        if name == "formData" and tag in ("userTask", "startEvent"):
            self._form(element, child)
        elif name == "inputOutput" and tag == "serviceTask":
            self._input_output(element, child)
        elif name in _HARMLESS:
            return
        else:
            self._error(child, "camunda_refused", element.get("id"), name=name)

    def _form(self, element: Any, data: Any) -> None:
        form = _add(element, "form", {})
        for source in data.iterchildren("{" + CAMUNDA + "}formField"):
            self._field(element, form, source)
        for other in data:
            if isinstance(other.tag, str) and not other.tag.endswith("}formField"):
                self._warn(other, "camunda_ignored", element.get("id"), name=other.tag.rpartition("}")[2])
        self._note(element, "camunda:formData", "flow:form")

    def _field(self, element: Any, form: Any, source: Any) -> None:
        name, given = source.get("id") or "", source.get("type") or "string"
        kind = _FIELD_TYPES.get(given)
        if kind is None:
            self._error(source, "camunda_field_type", element.get("id"), name=name, type=given)
            return
        field = _under(form, "field", {"id": name, "type": kind}, source)
        if source.get("label"):
            _under(field, "label", {}, source).text = source.get("label")
        if source.get("defaultValue"):
            field.set("default", _default(kind, source.get("defaultValue")))
        for value in source.iterchildren("{" + CAMUNDA + "}value"):
            choice = _under(field, "choice", {"value": value.get("id") or ""}, value)
            if value.get("name"):
                _under(choice, "label", {}, value).text = value.get("name")
        for constraint in source.iter("{" + CAMUNDA + "}constraint"):
            self._constraint(element, field, constraint, name)
        if any(True for _ in source.iter("{" + CAMUNDA + "}property")):
            self._warn(source, "camunda_ignored", element.get("id"), name="property")

    def _constraint(self, element: Any, field: Any, constraint: Any, name: str) -> None:
        word, config = constraint.get("name") or "", constraint.get("config")
        if word in ("required", "readonly"):
            field.set(word, "false" if config == "false" else "true")
        elif word in _CONSTRAINTS:
            field.set(_CONSTRAINTS[word], config or "")
        else:
            self._error(constraint, "camunda_constraint", element.get("id"), name=name, constraint=word)

    def _input_output(self, element: Any, source: Any) -> None:
        operation = _operation(element)
        for parameter in source:
            if not isinstance(parameter.tag, str):
                continue
            word = parameter.tag.rpartition("}")[2]
            if word != "inputParameter" or len(parameter):
                self._error(parameter, "camunda_refused", element.get("id"), name=word)
                continue
            text = (parameter.text or "").strip()
            value = text if text[:2] in ("${", "#{") else _literal(text)
            _under(operation, "param", {"name": parameter.get("name") or "", "value": value}, parameter)
        self._note(element, "camunda:inputOutput", "flow:param")

    # -- languages and foreign words

    def _language(self, element: Any, language: str | None, code: str, *, refuse: bool) -> None:
        if language is None or language.lower() in ("", "flow", "juel"):
            return
        if refuse:
            self._error(element, code, language=language[:60])
        else:
            self._warn(element, code, language=language[:60])

    def _foreign_attributes(self, element: Any) -> None:
        for name in element.attrib:
            text = str(name)
            if text.startswith("{" + FLOW + "}"):
                self._error(
                    element, "unknown_attribute", word="", attribute=text.rpartition("}")[2], known=""
                )
            elif text.startswith("{") and not text.startswith(
                (
                    "{http://www.w3.org/",
                    "{http://bpmn.io/",
                    "{http://camunda.org/schema/modeler",
                    "{http://www.omg.org/spec/",
                )
            ):
                self._warn(element, "foreign_attribute", attribute=text.rpartition("}")[2][:60])

    # -- reporting

    def _error(self, at: Any, code: str, owner: str | None = None, **params: Any) -> None:
        self.findings.error(code, owner or _owner(at), at.sourceline, **params)

    def _warn(self, at: Any, code: str, owner: str | None = None, **params: Any) -> None:
        self.findings.warn(code, owner or _owner(at), at.sourceline, **params)

    def _note(self, element: Any, before: str, after: str) -> None:
        what = element.get("name") or element.get("id") or ""
        params = {"what": what[:60], "before": before[:120], "after": after[:120]}
        self.notes.append(Problem("warning", "translated", element.get("id"), element.sourceline, params))


def _owner(element: Any) -> str | None:
    """The id of an element, or of the one it belongs to."""
    while element is not None and element.get("id") is None:
        element = element.getparent()
    return str(element.get("id")) if element is not None else None


def _take_attributes(element: Any) -> dict[str, str]:
    """Remove and return the camunda: attributes of an element."""
    prefix = "{" + CAMUNDA + "}"
    found = {
        str(name)[len(prefix) :]: str(value)
        for name, value in element.attrib.items()
        if str(name).startswith(prefix)
    }
    for name in found:
        del element.attrib[prefix + name]
    return found


def _extensions(element: Any) -> Any:
    tag = "{" + BPMN + "}extensionElements"
    found = next(element.iterchildren(tag), None)
    if found is None:
        found = etree.Element(tag)
        found.sourceline = element.sourceline
        position = 0
        for child in element:
            if local(child) == "documentation":
                position += 1
        element.insert(position, found)
    return found


def _find(element: Any, word: str) -> Any | None:
    for extensions in element.iterchildren("{" + BPMN + "}extensionElements"):
        for found in extensions.iterchildren("{" + FLOW + "}" + word):
            return found
    return None


def _add(element: Any, word: str, attributes: dict[str, str]) -> Any:
    return _under(_extensions(element), word, attributes, element)


def _under(parent: Any, word: str, attributes: dict[str, str], source: Any) -> Any:
    made = etree.SubElement(parent, "{" + FLOW + "}" + word, attributes, nsmap={"flow": FLOW})
    made.sourceline = source.sourceline
    return made


def _operation(element: Any) -> Any:
    found = _find(element, "operation")
    return found if found is not None else _add(element, "operation", {})


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _quoted(text: str) -> str:
    return '"' + text.strip().replace("\\", "\\\\").replace('"', '\\"') + '"'


def _literal(text: str) -> str:
    """A plain input parameter is a text, unless it is plainly a number or a truth value."""
    if text in ("true", "false") or (
        text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit()
    ):
        return text
    return _quoted(text)


def _default(kind: str, value: str) -> str:
    """Camunda writes dates as 20/12/2026."""
    parts = value.split("/")
    if kind == "date" and len(parts) == 3 and all(part.isdigit() for part in parts):
        return f"{parts[2]}-{parts[1].zfill(2)}-{parts[0].zfill(2)}"
    return value
