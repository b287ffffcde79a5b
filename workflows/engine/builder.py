"""Outline + vocabulary -> elements with checked types and expressions.

The order matters: first every name that forms, operations and variables declare, then the names
that scripts introduce, then every expression against all of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .definition import Assign, Element, Field, Flow
from .expressions import Expression, ExpressionError, Names, compile_expression, is_free_name
from .expressions.scripts import Assignment, Line, Script, assignable, compile_line, read_lines
from .extensions import (
    Variable,
    Words,
    inner,
    labels_of,
    read_due,
    read_form,
    read_outcomes,
    read_priority,
    read_variables,
    read_words,
)
from .outline import Arrow, Lane, Node, Outline, children
from .problems import Findings
from .vocabulary import TEXT, FormSignature, OperationSignature, Type, Vocabulary


class Builder:
    """Builds the elements and flows of one process, reporting what does not fit."""

    def __init__(self, outline: Outline, vocabulary: Vocabulary, findings: Findings) -> None:
        self.outline = outline
        self.vocabulary = vocabulary
        self.findings = findings
        self.words: dict[str, Words] = {}
        self.process_words = read_words(outline.xml, findings)
        self.variables: dict[str, Type] = {"starter": TEXT}
        self.declared: list[Variable] = []
        self.forms: dict[str, tuple[Field, ...]] = {}
        self.outcomes: dict[str, Any] = {}
        self.scripts: dict[str, Script] = {}
        self.records: dict[str, Type] = {}
        self.lane_roles: dict[int, str | None] = {}
        self.names = Names(self.variables, {})
        self.subject_type: str | None = None

    def build(self) -> tuple[dict[str, Element], dict[str, Flow]]:
        for node in self.outline.nodes.values():
            self.words[node.id] = read_words(node.xml, self.findings)
        self._read_subject()
        self._declare_names()
        self._read_scripts()
        self._read_lane_roles()
        elements = {node.id: self._element(node) for node in self.outline.nodes.values()}
        flows = {arrow.id: self._flow(arrow) for arrow in self.outline.arrows}
        return elements, flows

    # -- names

    def _read_subject(self) -> None:
        word = self.process_words.one("subject")
        if word is not None:
            self.subject_type = word.get("type") or ""
            known = self.vocabulary.subject_types
            if known and self.subject_type not in known:
                self.process_words.error(
                    "unknown_subject_type", word, name=self.subject_type, known=", ".join(sorted(known))
                )
        self.names = Names(self.variables, self.vocabulary.fields_of(self.subject_type))

    def _declare_names(self) -> None:
        self.declared = read_variables(self.process_words)
        for variable in self.declared:
            self._declare(variable.name, variable.type, None, variable.line)
        for node in self.outline.nodes.values():
            words = self.words[node.id]
            if node.kind in ("user_task", "start_event"):
                self.forms[node.id] = read_form(words)
                for field in self.forms[node.id]:
                    self._declare(field.id, field.variable_type, node.id, node.line)
            if node.kind == "user_task":
                self._declare_record(node, words)
                form = self._work_form(words)
                if form is not None:
                    for name, type_ in form.result.items():
                        self._declare(name, type_, node.id, node.line)
            if node.kind == "service_task":
                self._declare_result(node, words)

    def _declare(self, name: str, type_: Type, element: str | None, line: int | None) -> None:
        known = self.variables.get(name)
        if known is None:
            self.variables[name] = type_
        elif known.kind != type_.kind or (known.kind == "record" and known != type_):
            self.findings.error("name_taken", element, line, name=name, first=known.kind, second=type_.kind)
        elif known.choices is not None and type_.choices is not None:
            merged = (*known.choices, *(c for c in type_.choices if c not in known.choices))
            self.variables[name] = Type("choice", choices=merged)

    def _declare_record(self, node: Node, words: Words) -> None:
        """What a person decided is readable under the id of the step: `review.outcome`."""
        outcomes = self.outcomes[node.id] = read_outcomes(words)
        codes = tuple(outcome.code for outcome in outcomes)
        outcome = Type("choice", choices=codes) if codes else TEXT
        record = Type("record", fields={"outcome": outcome, "comment": TEXT, "by": TEXT})
        if not is_free_name(node.id):
            if outcomes:
                self.findings.error("id_not_readable", node.id, node.line, name=node.id)
            return
        self.records[node.id] = record
        self._declare(node.id, record, node.id, node.line)

    def _declare_result(self, node: Node, words: Words) -> None:
        word = words.one("operation")
        signature = self.vocabulary.operations.get((word.get("name") or "") if word is not None else "")
        name = word.get("result") if word is not None else None
        if word is None or name is None:
            return
        if not is_free_name(name):
            words.error("bad_name", word, name=name)
        elif signature is not None:
            if not signature.result:
                words.error("operation_gives_nothing", word, name=signature.name)
            self._declare(name, Type("record", fields=signature.result), node.id, word.sourceline)

    # -- scripts

    def _read_scripts(self) -> None:
        """Types of assigned names follow from their expressions, in whatever order scripts stand."""
        pending: list[tuple[Node, Line]] = []
        lines: dict[str, list[Line]] = {}
        for node in self.outline.of_kind("script_task"):
            lines[node.id] = self._script_lines(node)
            pending.extend((node, line) for line in lines[node.id])
        while pending:
            waiting = [(node, line) for node, line in pending if not self._infer(line)]
            if len(waiting) == len(pending):
                break
            pending = waiting
        for node_id, of_node in lines.items():
            self._compile_script(self.outline.nodes[node_id], of_node)

    def _script_lines(self, node: Node) -> list[Line]:
        scripts = list(children(node.xml, "script"))
        text = "".join(scripts[0].itertext()) if scripts else ""
        try:
            return read_lines(text)
        except ExpressionError as error:
            self._expression_problem(error, node.id, node.line, text)
            return []

    def _infer(self, line: Line) -> bool:
        try:
            type_ = compile_line(line, self.names).type
        except ExpressionError as error:
            return error.code not in ("unknown_name", "unknown_field", "fields_not_declared")
        root, *fields = line.target
        if type_.kind in ("null", "any"):
            return True
        for name in reversed(fields):
            type_ = Type("record", fields={name: type_})
        known = self.variables.get(root)
        if known is None:
            self.variables[root] = type_
        elif fields and root not in self.records and known.kind == "record" and type_.kind == "record":
            self.variables[root] = _merged(known, type_)
        return True

    def _compile_script(self, node: Node, lines: list[Line]) -> None:
        assignments: list[Assignment] = []
        for line in lines:
            try:
                value = compile_line(line, self.names)
                target = self._target_type(line, value.type)
            except ExpressionError as error:
                self._expression_problem(error, node.id, node.line, line.text)
                continue
            if not assignable(value.type, target, value):
                self.findings.error(
                    "assignment_type",
                    node.id,
                    node.line,
                    name=".".join(line.target),
                    script_line=line.number,
                    expected=target.kind,
                    kind=value.type.kind,
                )
                continue
            assignments.append(Assignment(line.target, value, target))
        self.scripts[node.id] = Script(tuple(assignments))

    def _target_type(self, line: Line, inferred: Type) -> Type:
        name = line.target[0]
        if name in self.records:
            raise ExpressionError("cannot_assign", 0, name=name, line=line.number)
        type_ = self.variables.get(name)
        if type_ is None:
            raise ExpressionError("type_not_known", 0, name=name, line=line.number)
        for field in line.target[1:]:
            if type_.kind != "record" or not type_.fields or field not in type_.fields:
                raise ExpressionError(
                    "unknown_field", 0, name=".".join(line.target), known="", line=line.number
                )
            type_ = type_.fields[field]
        return type_

    # -- who

    def _read_lane_roles(self) -> None:
        for lane in self.outline.lanes:
            words = read_words(lane.xml, self.findings)
            assign = words.one("assign")
            if assign is not None and assign.get("person") is not None:
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
        """The role of the innermost lane that names one."""
        lane: Lane | None = node.lane
        while lane is not None:
            if (role := self.lane_roles.get(id(lane))) is not None:
                return role
            lane = lane.parent
        return None

    def _assign(self, node: Node, words: Words) -> tuple[Assign | None, str | None]:
        word = words.one("assign")
        if word is None:
            role = self._lane_role(node)
            if role is None:
                self._nobody(node)
            return None, role
        name, person_text = word.get("role"), word.get("person")
        if (name is None) == (person_text is None):
            words.error("assign_needs_one", word)
            return None, None
        if name is not None:
            role = self.vocabulary.roles.get(name)
            if role is None:
                self._unknown_role(words, word, name)
            return Assign(role=role), role
        person = self._expression(person_text, node.id, word.sourceline)
        if person is not None and person.type.kind not in ("text", "choice", "integer", "any"):
            words.error("person_type", word, kind=person.type.kind)
        return Assign(person=person), self._lane_role(node)

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
        words = self.words[node.id]
        common: dict[str, Any] = {
            "id": node.id,
            "kind": node.kind,
            "name": node.name,
            "labels": labels_of(words, node.name),
            "lane": (node.lane.name or node.lane.id) if node.lane is not None else None,
            "role": self._lane_role(node),
            "line": node.line,
            "documentation": "\n".join(
                "".join(d.itertext()).strip() for d in children(node.xml, "documentation")
            ),
        }
        if node.kind == "user_task":
            common.update(self._user_task(node, words))
        elif node.kind == "service_task":
            common.update(self._service_task(node, words))
        elif node.kind == "script_task":
            common["script"] = self.scripts.get(node.id)
        elif node.kind == "start_event":
            common["form"] = self.forms[node.id]
        return Element(**common)

    def _user_task(self, node: Node, words: Words) -> dict[str, Any]:
        assign, role = self._assign(node, words)
        form = self._work_form(words)
        fields = self.forms[node.id]
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
            "outcomes": self.outcomes[node.id],
            "due": read_due(words),
            "priority": read_priority(words),
            "distinct_from": self._distinct(node, words),
            "data_types": MappingProxyType(types),
            "record_type": self.records.get(node.id),
        }

    def _work_form(self, words: Words) -> FormSignature | None:
        word = words.one("workForm")
        if word is None:
            return None
        name = word.get("name") or ""
        form = self.vocabulary.work_forms.get(name)
        if form is None:
            words.error(
                "unknown_work_form",
                word,
                name=name[:80],
                known=", ".join(sorted(self.vocabulary.work_forms)[:20]),
            )
        return form

    def _distinct(self, node: Node, words: Words) -> tuple[str, ...]:
        word = words.one("distinct")
        if word is None:
            return ()
        names = tuple((word.get("from") or "").replace(",", " ").split())
        if not names:
            words.error("distinct_empty", word)
        for name in names:
            other = self.outline.nodes.get(name)
            if other is None or other.kind != "user_task" or name == node.id:
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
        allowed = self.vocabulary.allowed_operations
        if allowed is not None and name not in allowed:
            words.error("operation_not_allowed", word, name=name)
        return {
            "operation": name,
            "params": self._params(node, words, word, signature),
            "result": word.get("result"),
            "result_type": Type("record", fields=signature.result),
        }

    def _params(
        self, node: Node, words: Words, word: Any, signature: OperationSignature
    ) -> tuple[tuple[str, Expression], ...]:
        params: dict[str, Expression] = {}
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
            value = self._expression(text, node.id, element.sourceline)
            if value is None:
                params[name] = _MISSING
                continue
            if not assignable(value.type, declared.type, value):
                words.error(
                    "param_type", element, name=name, expected=declared.type.kind, kind=value.type.kind
                )
            params[name] = value
        for name, declared in signature.params.items():
            if declared.required and name not in params:
                words.error("missing_param", word, name=name, operation=signature.name)
        return tuple(params.items())

    def _flow(self, arrow: Arrow) -> Flow:
        words = read_words(arrow.xml, self.findings)
        condition = None
        if arrow.condition is not None and arrow.source.kind == "exclusive_gateway":
            condition = self._expression(arrow.condition, arrow.id, arrow.line)
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

    # -- expressions

    def _expression(self, text: str, element: str, line: int | None) -> Expression | None:
        try:
            return compile_expression(text, self.names)
        except ExpressionError as error:
            self._expression_problem(error, element, line, text)
            return None

    def _expression_problem(self, error: ExpressionError, element: str, line: int | None, text: str) -> None:
        params: dict[str, Any] = {**error.params, "expression": text.strip()[:120]}
        script_line = params.pop("line", None)
        if script_line is not None:
            params["script_line"] = script_line
        if error.position is not None:
            params["position"] = error.position + 1
        self.findings.error(error.code, element, line, **params)


def _merged(known: Type, more: Type) -> Type:
    """A record type with the fields of both."""
    fields: dict[str, Type] = dict(known.fields or {})
    for name, type_ in (more.fields or {}).items():
        both = fields.get(name)
        if both is not None and both.kind == type_.kind == "record":
            fields[name] = _merged(both, type_)
        else:
            fields.setdefault(name, type_)
    return Type("record", fields=fields)


_MISSING: Expression = compile_expression("null", Names({}, {}))


def start_fields(builder: Builder, start: str) -> tuple[Field, ...]:
    """What a case may be started with: the start form and the declared variables."""
    fields = {field.id: field for field in builder.forms.get(start, ())}
    for variable in builder.declared:
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
        )
    return tuple(fields.values())
