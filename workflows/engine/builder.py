"""Outline + vocabulary -> elements with checked types and expressions.

The order matters: first every name that forms, operations, variables and scripts declare, then
every expression against all of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .decisions import read_decision
from .definition import Assign, Element, Field, Flow
from .events import EventReader
from .expressions import Expression, Names, compile_expression
from .expressions.scripts import assignable, fixed_text
from .extensions import Words, inner, labels_of, read_deadline, read_priority, read_words
from .loops import build_loop
from .names import NameTable
from .outline import MANUAL, Arrow, Lane, Node, Outline, children
from .problems import Findings
from .vocabulary import OperationSignature, Param, Type, Vocabulary

# How deep processes may call each other: each is loaded with its caller in every step.
MAX_CALLS = 4


class Builder:
    """Builds the elements and flows of one process, reporting what does not fit."""

    def __init__(
        self,
        outline: Outline,
        vocabulary: Vocabulary,
        findings: Findings,
        decisions: Mapping[str, Any] | None = None,
    ) -> None:
        self.outline = outline
        self.vocabulary = vocabulary
        self.findings = findings
        self.table = NameTable(outline, vocabulary, findings, decisions)
        self.events = EventReader(self.table, vocabulary)
        self.lane_roles: dict[int, str | None] = {}

    def build(self) -> tuple[dict[str, Element], dict[str, Flow]]:
        self.table.read()
        self._read_lane_roles()
        elements = {node.id: self._element(node) for node in self.outline.nodes.values()}
        flows = {arrow.id: self._flow(arrow) for arrow in self.outline.arrows}
        return elements, flows

    # -- who

    def _read_lane_roles(self) -> None:
        for lane in self.outline.lanes:
            words = read_words(lane.xml, self.findings)
            assign = words.one("assign")
            if assign is not None and (assign.get("person") or assign.get("roleFrom")) is not None:
                words.error("lane_names_person", assign)
            names = [assign.get("role")] if assign is not None and assign.get("role") else []
            if not names:
                names = [lane.name, *labels_of(words, "").values(), lane.id]
            role = next(
                (self.vocabulary.roles[name] for name in names if name in self.vocabulary.roles), None
            )
            if role is None and assign is not None and assign.get("role"):
                self._unknown_role(words, assign, assign.get("role"))
            self.lane_roles[id(lane)] = role

    def _unknown_role(self, words: Words, word: Any, name: str) -> None:
        known = sorted(set(self.vocabulary.roles.values()))
        words.error("unknown_role", word, name=name[:50], known=", ".join(known[:20]))

    def _lane_role(self, node: Node) -> str | None:
        """The role of the innermost lane that names one; what is in a subprocess is in its lane."""
        at: Node | None = node
        while at is not None:
            lane: Lane | None = at.lane
            while lane is not None:
                if (role := self.lane_roles.get(id(lane))) is not None:
                    return role
                lane = lane.parent
            at = at.scope.node
        return None

    @staticmethod
    def _lane_name(node: Node) -> str | None:
        at: Node | None = node
        while at is not None:
            if at.lane is not None:
                return at.lane.name or at.lane.id
            at = at.scope.node
        return None

    def _assign(self, node: Node, words: Words) -> tuple[Assign | None, str | None]:
        word = words.one("assign")
        if word is None:
            role = self._lane_role(node)
            if role is None:
                self._nobody(node)
            return None, role
        name, person_text, role_text = (word.get(kind) for kind in ("role", "person", "roleFrom"))
        if [name, person_text, role_text].count(None) != 2:
            words.error("assign_needs_one", word)
            return None, None
        if role_text is not None:
            return self._role_by_value(node, words, word, role_text), self._lane_role(node)
        if name is not None:
            role = self.vocabulary.roles.get(name)
            if role is None:
                self._unknown_role(words, word, name)
            return Assign(role=role), role
        person = self.table.expression(person_text, node.id, word.sourceline, self.table.inside(node))
        if person is not None and person.type.kind not in ("text", "choice", "integer", "any"):
            words.error("person_type", word, kind=person.type.kind)
        return Assign(person=person), self._lane_role(node)

    def _role_by_value(self, node: Node, words: Words, word: Any, text: str) -> Assign:
        """Everybody with the role that a value names. What can be known of the value now is checked now."""
        found = self.table.expression(text, node.id, word.sourceline, self.table.inside(node))
        roles = self.vocabulary.roles
        if found is not None and found.type.kind not in ("text", "choice", "any"):
            words.error("role_type", word, kind=found.type.kind)
        elif found is not None:
            fixed = fixed_text(found)
            unknown = [one for one in found.type.choices or () if one not in roles]
            if fixed is not None and fixed not in roles:
                self._unknown_role(words, word, fixed)
            elif unknown:
                known = ", ".join(sorted(set(roles.values()))[:20])
                words.error("role_choices", word, names=", ".join(unknown)[:100], known=known)
        return Assign(role_from=found, names=roles)

    def _nobody(self, node: Node) -> None:
        if node.lane is not None and node.lane.name:
            known = sorted(set(self.vocabulary.roles.values()))
            self.findings.error(
                "unknown_lane_role", node.id, node.lane.line, name=node.lane.name, known=", ".join(known[:20])
            )
        else:
            self.findings.warn("nobody_assigned", node.id, node.line)

    # -- elements

    def _element(self, node: Node) -> Element:
        words = self.table.words[node.id]
        common: dict[str, Any] = {
            "id": node.id,
            "kind": node.kind,
            "name": node.name,
            "labels": labels_of(words, node.name),
            "lane": self._lane_name(node),
            "role": self._lane_role(node),
            "line": node.line,
            "documentation": "\n".join(
                "".join(d.itertext()).strip() for d in children(node.xml, "documentation")
            ),
        }
        common["scope"] = node.scope.id
        common["interrupting"] = node.interrupting
        common["host"] = node.host.id if node.host is not None else None
        common["form"] = self.table.forms[node.id]
        common["loop"] = build_loop(node, self.table)
        common["event"] = self.events.read(node, words)
        build = _BUILD.get(node.kind)
        if build is not None:
            common.update(build(self, node, words))
        return Element(**common)

    def _user_task(self, node: Node, words: Words) -> dict[str, Any]:
        assign, role = self._assign(node, words)
        form = self.table.work_form(words)
        fields = self.table.forms[node.id]
        if form is not None and fields:
            words.error("form_twice", words.one("workForm"))
        types = {field.id: field.variable_type for field in fields}
        if form is not None:
            types.update(form.result)
        return {
            "assign": assign,
            "role": role,
            "form": fields,
            "work_form": form.name if form is not None else None,
            "outcomes": self.table.outcomes[node.id],
            "deadline": read_deadline(words),
            "due_on": self._due_on(node, words),
            "priority": read_priority(words),
            "distinct_from": self._distinct(node, words),
            "data_types": MappingProxyType(types),
            "record_type": self.table.records.get(node.id),
        }

    def _due_on(self, node: Node, words: Words) -> Expression | None:
        word = words.one("due")
        if word is None or word.get("on") is None:
            return None
        found = self.table.expression(word.get("on"), node.id, word.sourceline, self.table.inside(node))
        if found is not None and found.type.kind not in ("date", "datetime", "any"):
            words.error("due_on_type", word, kind=found.type.kind)
        return found

    def _distinct(self, node: Node, words: Words) -> tuple[str, ...]:
        word = words.one("distinct")
        if word is None:
            return ()
        names = tuple((word.get("from") or "").replace(",", " ").split())
        if not names:
            words.error("distinct_empty", word)
        # A step with several elements may name itself: each is done by somebody else.
        marker = self.table.markers.get(node.id)
        is_multi = marker is not None and marker.kind != "loop"
        for name in names:
            other = self.outline.nodes.get(name)
            if other is None or other.kind not in MANUAL or (name == node.id and not is_multi):
                words.error("distinct_unknown", word, name=name[:80])
        return names

    def _service_task(self, node: Node, words: Words) -> dict[str, Any]:
        word = words.one("operation")
        if word is None:
            self.findings.error("no_operation", node.id, node.line)
            return {}
        name = word.get("name") or ""
        signature = self.vocabulary.operations.get(name)
        if signature is None:
            known = sorted(
                self.vocabulary.operations, key=lambda n: (n.split(".")[0] != name.split(".")[0], n)
            )
            words.error("unknown_operation", word, name=name[:80], known=", ".join(known[:12]))
            return {}
        params = self._params(node, words, word, signature)
        grant = self._grant(words, word, signature, params)
        allowed = self.vocabulary.allowed_operations
        if grant is not None and allowed is not None and grant not in allowed:
            words.error("operation_not_allowed", word, name=grant)
        return {
            "operation": name,
            "grant": grant,
            "params": params,
            "result": word.get("result"),
            "result_type": Type("record", fields=signature.result),
            "outside": signature.outside,
        }

    def _grant(
        self,
        words: Words,
        word: Any,
        signature: OperationSignature,
        params: tuple[tuple[str, Expression, Param], ...],
    ) -> str | None:
        """What must be granted. A target is written out, so that whoever reads the diagram sees whom it calls."""
        if signature.target is None:
            return signature.name
        value = next((value for name, value, _ in params if name == signature.target), None)
        if value is None:
            return None  # told as a missing parameter
        target = fixed_text(value)
        if target is None:
            words.error("target_not_fixed", word, name=signature.target, operation=signature.name)
            return None
        return f"{signature.name}:{target}"

    def _script_task(self, node: Node, words: Words) -> dict[str, Any]:
        return {"script": self.table.scripts.get(node.id)}

    def _business_rule_task(self, node: Node, words: Words) -> dict[str, Any]:
        word = words.one("decision")
        if word is None:
            self.findings.error("no_decision_table", node.id, node.line)
            return {}
        name = word.get("ref") or ""
        text = self.table.decisions.get(name)
        if text is None:
            words.error(
                "unknown_decision", word, name=name[:80], known=", ".join(sorted(self.table.decisions)[:12])
            )
            return {}
        if not word.get("result"):
            words.error("decision_without_result", word, name=name)
        inside = Findings()
        table = read_decision(text, self.table.inside(node).names, inside, name=name)
        self.findings.take(inside, node.id)
        return {
            "decision": table,
            "result": word.get("result"),
            "result_type": table.result_type if table is not None else None,
        }

    def _call_activity(self, node: Node, words: Words) -> dict[str, Any]:
        name = node.xml.get("calledElement") or ""
        called = self.vocabulary.processes.get(name)
        if called is None:
            known = ", ".join(sorted(self.vocabulary.processes)[:12])
            code = (
                "calls_nothing"
                if not name
                else "calls_itself"
                if name == self.outline.id
                else "unknown_process"
            )
            self.findings.error(code, node.id, node.line, name=name[:80], known=known)
            return {}
        if called.call_depth >= MAX_CALLS:
            self.findings.error("calls_too_deep", node.id, node.line, name=name, maximum=MAX_CALLS)
        allowed = self.vocabulary.allowed_operations
        for operation in sorted(called.operations):
            if allowed is not None and operation not in allowed:
                self.findings.error("call_not_allowed", node.id, node.line, name=name, operation=operation)
        if called.subject_type not in (None, self.table.subject_type):
            self.findings.error(
                "called_about_other", node.id, node.line, name=name, subject=called.subject_type
            )
        if called.start not in called.elements or called.elements[called.start].event is not None:
            self.findings.error("called_without_start", node.id, node.line, name=name)
        return {
            "called": name,
            "ins": self._ins(node, words, called),
            "outs": self._outs(node, words, called),
        }

    def _ins(self, node: Node, words: Words, called: Any) -> tuple[tuple[str, Expression, Type], ...]:
        fields = {field.id: field for field in called.start_fields}
        found: dict[str, tuple[str, Expression, Type]] = {}
        for word in words.all("in"):
            name = word.get("name") or ""
            field = fields.get(name)
            if field is None:
                words.error("unknown_in", word, name=name[:50], known=", ".join(fields))
                continue
            if name in found:
                words.error("param_twice", word, name=name)
            value = self.table.expression(
                word.get("value") or "", node.id, word.sourceline, self.table.inside(node)
            )
            if value is None:
                continue
            if not assignable(value.type, field.variable_type, value):
                words.error(
                    "param_type", word, name=name, expected=field.variable_type.kind, kind=value.type.kind
                )
            found[name] = (name, value, field.variable_type)
        for name, field in fields.items():
            is_asked = field.required and field.default is None and field.shown_if is None
            if is_asked and name not in found:
                self.findings.error("missing_in", node.id, node.line, name=name)
        return tuple(found.values())

    def _outs(self, node: Node, words: Words, called: Any) -> tuple[tuple[str, Expression, Type], ...]:
        scope = self.table.inside(node)
        found: list[tuple[str, Expression, Type]] = []
        for word in words.all("out"):
            name = word.get("name") or ""
            value = self.table.expression_over(
                word.get("value") or "", node.id, word.sourceline, called._names
            )
            target = scope.variables.get(name)
            if value is None or target is None:
                continue
            if not assignable(value.type, target, value):
                words.error("param_type", word, name=name, expected=target.kind, kind=value.type.kind)
            found.append((name, value, target))
        return tuple(found)

    def _params(
        self, node: Node, words: Words, word: Any, signature: OperationSignature
    ) -> tuple[tuple[str, Expression, Param], ...]:
        params: dict[str, tuple[Expression, Param]] = {}
        for element in inner(word, "param"):
            name, text = element.get("name") or "", element.get("value")
            if text is None:
                text = "".join(element.itertext())
            declared = signature.params.get(name)
            if declared is None:
                words.error(
                    "unknown_param",
                    element,
                    name=name[:50],
                    operation=signature.name,
                    known=", ".join(signature.params),
                )
                continue
            if name in params:
                words.error("param_twice", element, name=name)
            value = self.table.expression(text, node.id, element.sourceline, self.table.inside(node))
            if value is None:
                params[name] = (_MISSING, declared)
                continue
            if not assignable(value.type, declared.type, value):
                words.error(
                    "param_type", element, name=name, expected=declared.type.kind, kind=value.type.kind
                )
            params[name] = (value, declared)
        for name, declared in signature.params.items():
            if declared.required and name not in params:
                words.error("missing_param", word, name=name, operation=signature.name)
        return tuple((name, value, declared) for name, (value, declared) in params.items())

    def _flow(self, arrow: Arrow) -> Flow:
        words = read_words(arrow.xml, self.findings)
        condition = None
        if arrow.condition is not None and arrow.source.kind in ("exclusive_gateway", "inclusive_gateway"):
            condition = self.table.expression(
                arrow.condition, arrow.id, arrow.line, self.table.inside(arrow.source)
            )
            if condition is not None and condition.type.kind not in ("boolean", "any"):
                self.findings.error(
                    "condition_not_boolean",
                    arrow.id,
                    arrow.line,
                    text=arrow.condition[:80],
                    kind=condition.type.kind,
                )
        return Flow(
            arrow.id,
            arrow.source.id,
            arrow.target.id,
            arrow.name,
            labels_of(words, arrow.name),
            condition,
            arrow.is_default,
            arrow.line,
        )


_BUILD: Mapping[str, Any] = {
    **dict.fromkeys(MANUAL, Builder._user_task),
    "service_task": Builder._service_task,
    "script_task": Builder._script_task,
    "business_rule_task": Builder._business_rule_task,
    "call_activity": Builder._call_activity,
}
_MISSING: Expression = compile_expression("null", Names({}, {}))


def start_fields(builder: Builder, start: str) -> tuple[Field, ...]:
    """What a case may be started with: the start form and the declared variables."""
    fields = {field.id: field for field in builder.table.forms.get(start, ())}
    for variable in builder.table.declared:
        if variable.name in fields:
            continue
        choices: tuple[tuple[str, Mapping[str, str]], ...] = tuple(
            (c, MappingProxyType({})) for c in variable.type.choices or ()
        )
        fields[variable.name] = Field(
            variable.name,
            variable.type.kind,
            required=variable.required,
            choices=choices,
            default=variable.default,
            declared=variable.type,
        )
    return tuple(fields.values())
