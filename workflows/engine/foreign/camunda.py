"""The words of Camunda 7. Flowable and Activiti use the same ones in a namespace of their own."""

from __future__ import annotations

from typing import Any, Final

from workflows.engine.outline import local

from .words import (
    PEOPLE,
    THROWS,
    Translation,
    add,
    bare,
    find,
    is_expression,
    literal,
    message_for,
    quoted,
    split_names,
    take_attributes,
    take_children,
    under,
    word,
)

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
# These say how the tool stores, shows or schedules a step; without them it runs the same here.
_HARMLESS: Final = frozenset(
    {
        "async",
        "asyncLeave",
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
        "modelerTemplate",
        "modelerTemplateVersion",
        "modelerTemplateIcon",
        "calledElementType",
        "formFieldValidation",
        "flowNodeRef",
    }
)
_IGNORED: Final = frozenset(
    {
        "formKey",
        "formRef",
        "formRefBinding",
        "formRefVersion",
        "followUpDate",
        "businessCalendarName",
        "category",
        "variableName",
        "variableEvents",
        "errorCodeVariable",
        "errorMessageVariable",
        "errorMessage",
        "escalationCodeVariable",
    }
)
_VERSIONS: Final = frozenset(
    {
        "calledElementBinding",
        "calledElementVersion",
        "calledElementVersionTag",
        "calledElementTenantId",
        "decisionRefBinding",
        "decisionRefVersion",
        "decisionRefVersionTag",
        "decisionRefTenantId",
        "sameDeployment",
        "fallbackToDefaultTenant",
    }
)
_RESULT_SHAPES: Final = frozenset({"singleEntry", "singleResult", "collectEntries", "resultList"})


class CamundaWords:
    """Reads the words of one namespace at one element."""

    def __init__(self, translation: Translation, namespace: str, prefix: str) -> None:
        self.to = translation
        self.namespace = namespace
        self.prefix = prefix

    def read(self, element: Any) -> None:
        tag = local(element) or ""
        attributes = take_attributes(element, self.namespace)
        parts = take_children(element, self.namespace)
        if not attributes and not parts:
            return
        for name, value in attributes.items():
            self._attribute(element, tag, name, value)
        for name, child in parts:
            self._child(element, tag, name, child)

    def said(self, name: str, value: str = "") -> str:
        return f"{self.prefix}:{name} {value}".strip()

    # -- attributes

    def _attribute(self, element: Any, tag: str, name: str, value: str) -> None:
        if name in _HARMLESS:
            return
        if name in _IGNORED:
            self._ignore(element, name)
        elif name in _VERSIONS:
            if value not in ("", "latest"):
                self.to.warn(element, "version_ignored", name=self.said(name), value=value[:60])
        elif not any(
            read(element, name, value)
            for tags, read in (
                (PEOPLE, self._person),
                (("serviceTask",), self._service),
                (("sendTask", "messageEventDefinition", *THROWS), self._sending),
                (("businessRuleTask",), self._decision),
                (("callActivity",), self._call),
                (("multiInstanceLoopCharacteristics",), self._each),
            )
            if tag in tags
        ):
            self._refuse(element, name)

    def _person(self, element: Any, name: str, value: str) -> bool:
        if name in ("assignee", "candidateUsers"):
            people = [value] if name == "assignee" or is_expression(value) else split_names(value)
            if len(people) == 1:
                person = people[0] if is_expression(people[0]) else quoted(people[0])
                self._assign(element, "person", person, self.said(name, value))
            else:
                self.to.error(element, "several_people", names=", ".join(people))
        elif name == "candidateGroups":
            groups = split_names(value)
            if is_expression(value):
                self._assign(element, "roleFrom", value.strip(), self.said(name, value))
            elif len(groups) == 1:
                self._assign(element, "role", groups[0], self.said(name, value))
            else:
                self.to.error(element, "several_groups", names=", ".join(groups))
        elif name == "dueDate":
            self.to.add(element, "due", {"in": value.strip()}, self.said(name, value))
        elif name == "priority":
            self.to.add(element, "priority", {"value": value.strip()}, self.said(name, value))
        else:
            return False
        return True

    def _service(self, element: Any, name: str, value: str) -> bool:
        if name == "topic":
            word(element, "operation").set("name", value.strip())
            self.to.note(element, self.said(name, value), f"flow:operation name={value}")
        elif name in ("resultVariable", "resultVariableName"):
            word(element, "operation").set("result", value.strip())
            self.to.note(element, self.said(name, value), f"flow:operation result={value}")
        else:
            return name == "type" and value in ("external", "external-worker")
        return True

    def _sending(self, element: Any, name: str, value: str) -> bool:
        """An outside worker sends the message there; here the event itself does."""
        if name == "type" and value in ("external", "external-worker"):
            return True
        if name != "topic":
            return False
        if element.get("messageRef"):
            self._ignore(element, name)
        else:
            message_for(element, element, value.strip())
            self.to.note(element, self.said(name, value), f"bpmn:message name={value}")
        return True

    def _decision(self, element: Any, name: str, value: str) -> bool:
        if name == "decisionRef":
            word(element, "decision").set("ref", value.strip())
            self.to.note(element, self.said(name, value), f"flow:decision ref={value}")
        elif name == "resultVariable":
            word(element, "decision").set("result", value.strip())
            self.to.note(element, self.said(name, value), f"flow:decision result={value}")
        elif name == "mapDecisionResult" and value in _RESULT_SHAPES:
            self.to.warn(element, "decision_result_shape", shape=value)
        else:
            return False
        return True

    def _call(self, element: Any, name: str, value: str) -> bool:
        if name in ("inheritVariables", "useLocalScopeForOutParameters"):
            if value == "true":
                self.to.warn(element, "call_all_variables", name=self.said(name))
            return True
        if name in (
            "inheritBusinessKey",
            "businessKey",
            "processInstanceName",
            "processInstanceIdVariableName",
        ):
            self.to.warn(element, "call_business_key", name=self.said(name))
            return True
        return False

    def _each(self, element: Any, name: str, value: str) -> bool:
        attribute = {"collection": "in", "elementVariable": "as"}.get(name)
        if attribute is None:
            return False
        word(element, "each").set(attribute, bare(value))
        self.to.note(element, self.said(name, value), f"flow:each {attribute}={bare(value)}")
        return True

    # -- children of extensionElements

    def _child(self, element: Any, tag: str, name: str, child: Any) -> None:
        if name in _HARMLESS:
            return
        if name == "formData" and tag in (*PEOPLE, "startEvent"):
            self._form(element, child)
        elif name == "formProperty" and tag in (*PEOPLE, "startEvent"):
            self._form_property(element, child)
        elif name == "inputOutput" and tag in ("serviceTask", *THROWS):
            self._input_output(element, tag, child)
        elif name in ("in", "out") and tag == "callActivity":
            self._hand_over(element, name, child)
        elif name == "in" and tag == "signalEventDefinition" and local(element.getparent()) in THROWS:
            self._payload(element, child)
        else:
            self._refuse(child, name, element.get("id"))

    def _hand_over(self, element: Any, name: str, child: Any) -> None:
        """`<in source="amount" target="total"/>` -> `<flow:in name="total" value="amount"/>`."""
        given = self._given(element, name, child)
        if given is not None:
            before = self.said(
                name, f"{child.get('source') or child.get('sourceExpression')} → {given['name']}"
            )
            self.to.add(element, name, given, before)

    def _payload(self, definition: Any, child: Any) -> None:
        event = definition.getparent()
        given = self._given(event, "in", child)
        if given is not None:
            self.to.add(event, "param", given, self.said("in", given["name"]))

    def _given(self, element: Any, name: str, child: Any) -> dict[str, str] | None:
        if child.get("businessKey") is not None:
            self.to.warn(child, "call_business_key", element.get("id"), name=self.said(name, "businessKey"))
            return None
        if child.get("variables") is not None:
            self.to.warn(child, "call_all_variables", element.get("id"), name=self.said(name, "variables"))
            return None
        value = child.get("source") or bare(child.get("sourceExpression") or "")
        if not value or not child.get("target"):
            self._refuse(child, name, element.get("id"))
            return None
        return {"name": child.get("target").strip(), "value": value.strip()}

    def _input_output(self, element: Any, tag: str, source: Any) -> None:
        parent = word(element, "operation") if tag == "serviceTask" else None
        for parameter in source:
            if not isinstance(parameter.tag, str):
                continue
            kind = parameter.tag.rpartition("}")[2]
            if kind != "inputParameter" or len(parameter):
                self._refuse(parameter, kind, element.get("id"))
                continue
            text = (parameter.text or "").strip()
            given = {
                "name": parameter.get("name") or "",
                "value": text if is_expression(text) else literal(text),
            }
            if parent is None:
                add(element, "param", given)
            else:
                under(parent, "param", given, parameter)
        self.to.note(element, self.said("inputOutput"), "flow:param")

    # -- forms

    def _form(self, element: Any, data: Any) -> None:
        form = word(element, "form")
        for source in data.iterchildren("{" + self.namespace + "}formField"):
            self._field(element, form, source)
        for other in data:
            if isinstance(other.tag, str) and not other.tag.endswith("}formField"):
                self._ignore(other, other.tag.rpartition("}")[2], element.get("id"))
        self.to.note(element, self.said("formData"), "flow:form")

    def _form_property(self, element: Any, source: Any) -> None:
        """Flowable's fields stand one by one, without a frame around them."""
        is_first = find(element, "form") is None
        field = self._field(element, word(element, "form"), source)
        if is_first:
            self.to.note(element, self.said("formProperty"), "flow:form")
        if field is None:
            return
        for name in ("expression", "variable", "readable"):
            if source.get(name) not in (None, "true"):
                self._ignore(source, name, element.get("id"))
        if source.get("required") == "true":
            field.set("required", "true")
        if source.get("writable") == "false":
            field.set("readonly", "true")

    def _field(self, element: Any, form: Any, source: Any) -> Any | None:
        name, given = source.get("id") or "", source.get("type") or "string"
        kind = _FIELD_TYPES.get(given)
        if kind is None:
            self.to.error(source, "camunda_field_type", element.get("id"), name=name, type=given)
            return None
        field = under(form, "field", {"id": name, "type": kind}, source)
        label, default = source.get("label") or source.get("name"), source.get("defaultValue")
        if label:
            under(field, "label", {}, source).text = label
        if default or source.get("default"):
            field.set("default", _default(kind, default or source.get("default")))
        for value in source.iterchildren("{" + self.namespace + "}value"):
            choice = under(field, "choice", {"value": value.get("id") or ""}, value)
            if value.get("name"):
                under(choice, "label", {}, value).text = value.get("name")
        for constraint in source.iter("{" + self.namespace + "}constraint"):
            self._constraint(element, field, constraint, name)
        if any(True for _ in source.iter("{" + self.namespace + "}property")):
            self._ignore(source, "property", element.get("id"))
        return field

    def _constraint(self, element: Any, field: Any, constraint: Any, name: str) -> None:
        rule, config = constraint.get("name") or "", constraint.get("config")
        if rule in ("required", "readonly"):
            field.set(rule, "false" if config == "false" else "true")
        elif rule in _CONSTRAINTS:
            field.set(_CONSTRAINTS[rule], config or "")
        else:
            self.to.error(constraint, "camunda_constraint", element.get("id"), name=name, constraint=rule)

    # -- what is not taken over

    def _assign(self, element: Any, kind: str, value: str, before: str) -> None:
        if not self.to.assign(element, kind, value, before):
            self._ignore(element, before.partition(":")[2])

    def _refuse(self, at: Any, name: str, owner: str | None = None) -> None:
        if self.prefix == "camunda":
            self.to.error(at, "camunda_refused", owner, name=name)
        else:
            self.to.error(at, "foreign_refused", owner, name=self.said(name))

    def _ignore(self, at: Any, name: str, owner: str | None = None) -> None:
        if self.prefix == "camunda":
            self.to.warn(at, "camunda_ignored", owner, name=name)
        else:
            self.to.warn(at, "foreign_ignored", owner, name=self.said(name))


def _default(kind: str, value: str) -> str:
    """Camunda writes dates as 20/12/2026."""
    parts = value.split("/")
    if kind == "date" and len(parts) == 3 and all(part.isdigit() for part in parts):
        return f"{parts[2]}-{parts[1].zfill(2)}-{parts[0].zfill(2)}"
    return value
