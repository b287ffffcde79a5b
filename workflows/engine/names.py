"""Every name a process declares, with its type: variables, form fields, decisions, results, scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .decisions import read_decision
from .definition import Field, Outcome
from .expressions import (
    Expression,
    ExpressionError,
    Names,
    common_type,
    compile_expression,
    is_free_name,
)
from .expressions.scripts import Assignment, Line, Script, assignable, compile_line, read_lines
from .extensions import Words, read_outcomes, read_words
from .formconditions import with_conditions
from .formwords import Variable, read_form, read_variables
from .markers import Marker, read_marker
from .namescopes import NameScope
from .outline import MANUAL, Node, Outline, Scope, children
from .problems import Findings
from .vocabulary import ANY, DECIMAL, TEXT, FormSignature, Type, Vocabulary

# Types of assigned names follow from each other; a few rounds settle all but contrived scripts.
_ROUNDS: Final = 8


class NameTable:
    """What expressions of a process may name. Reading it reports names that do not go together."""

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
        self.decisions = dict(decisions or {})
        # What the tables call the columns that they answer with, by the name the answer is kept under.
        self.columns: dict[str, dict[str, Mapping[str, str]]] = {}
        self.process_words = read_words(outline.xml, findings)
        self.words = {node.id: read_words(node.xml, findings) for node in outline.nodes.values()}
        self.declared: list[Variable] = []
        self.forms: dict[str, tuple[Field, ...]] = {}
        self.outcomes: dict[str, tuple[Outcome, ...]] = {}
        self.records: dict[str, Type] = {}
        self.scripts: dict[str, Script] = {}
        self.subject_type = self._read_subject()
        self.root = NameScope(outline.id, vocabulary.fields_of(self.subject_type), local={"starter": TEXT})
        # The names inside each scope, and inside the marker of each activity that has one.
        self.scopes: dict[str, NameScope] = {outline.id: self.root}
        self.within: dict[str, NameScope] = {}
        self.markers: dict[str, Marker] = {}
        self.locals: dict[str, list[Variable]] = {}
        self._inferred: set[tuple[str, str]] = set()
        self._undecided: list[Node] = []

    @property
    def variables(self) -> Mapping[str, Type]:
        return self.root.variables

    def read(self) -> None:
        for scope in self.outline.scopes:
            self._read_scope(scope)
        self._declare_names()
        self._read_scripts()
        for node in self.outline.nodes.values():
            self.forms[node.id] = with_conditions(self, node, self.words[node.id], self.forms[node.id])
        self._check_shadows()

    def around(self, node: Node) -> NameScope:
        """The names where an element stands; those of an event subprocess' start are of the scope
        around it, because that is where it waits."""
        scope = node.scope
        if node.kind == "start_event" and scope.kind == "event_subprocess" and scope.parent is not None:
            scope = scope.parent
        return self.scopes.get(scope.id, self.root)

    def inside(self, node: Node) -> NameScope:
        """The names a step itself sees: inside its marker, if it has one."""
        return self.within.get(node.id) or self.around(node)

    def _read_scope(self, scope: Scope) -> None:
        if scope.node is not None:
            outer = self.inside(scope.node)
            self.locals[scope.id] = declared = read_variables(self.words[scope.node.id])
        else:
            outer = self.root
            self.locals[scope.id] = declared = self.declared = read_variables(self.process_words)
        declared.extend(self._data_objects(scope, {each.name for each in declared}))
        own = outer
        if scope.node is not None and declared:
            own = NameScope(scope.id, outer.subject, outer)
        self.scopes[scope.id] = own
        for variable in declared:
            if scope.node is None:
                self._declare(own, variable.name, variable.type, None, variable.line)
            else:
                own.local[variable.name] = variable.type
        for node in scope.nodes:
            if node.marker is not None:
                closed = node.marker.tag.endswith("multiInstanceLoopCharacteristics")
                self.within[node.id] = own.inside(node.id, closed=closed)
                self.markers[node.id] = read_marker(node, self.within[node.id], self.findings)

    def _data_objects(self, scope: Scope, taken: set[str]) -> list[Variable]:
        found: list[Variable] = []
        for element in scope.data_objects:
            words = read_words(element, self.findings)
            for word in words.all("variable"):
                if word.get("name") is None:
                    word.set("name", element.get("id") or "")
            variables = read_variables(words)
            if not variables and not words.findings.has_errors:
                self.findings.warn("data_object_for_people", element.get("id"), element.sourceline)
            for variable in variables:
                if variable.name in taken:
                    words.error("variable_twice", element, name=variable.name)
                    continue
                taken.add(variable.name)
                found.append(variable)
        return found

    def _check_shadows(self) -> None:
        """A name that lives inside and outside: allowed, said, and of one type, because until it is
        written inside it is the one outside that is read."""
        for scope in {id(each): each for each in (*self.scopes.values(), *self.within.values())}.values():
            node = self.outline.nodes.get(scope.id)
            line = node.line if node is not None else None
            for name in scope.shadows():
                mine, outer = scope.local[name], scope.up.variables[name] if scope.up else scope.local[name]
                if mine.kind == outer.kind and mine.fields == outer.fields:
                    self.findings.warn("name_shadows", scope.id, line, name=name)
                else:
                    self.findings.error(
                        "name_taken", scope.id, line, name=name, first=outer.kind, second=mine.kind
                    )

    def _read_subject(self) -> str | None:
        word = self.process_words.one("subject")
        if word is None:
            return None
        name = word.get("type") or ""
        known = self.vocabulary.subject_types
        if known and name not in known:
            self.process_words.error("unknown_subject_type", word, name=name, known=", ".join(sorted(known)))
        return name

    def _declare_names(self) -> None:
        for node in self.outline.nodes.values():
            words, scope = self.words[node.id], self.inside(node)
            self.forms[node.id] = read_form(words)
            for field in self.forms[node.id]:
                self._declare(scope, field.id, field.variable_type, node.id, node.line)
            if node.kind in MANUAL:
                self._declare_record(scope, node, words)
                form = self.work_form(words)
                if form is not None:
                    for name, type_ in form.result.items():
                        self._declare(scope, name, type_, node.id, node.line)
            if node.kind == "service_task":
                self._declare_result(scope, node, words)
            if node.kind == "business_rule_task" and not self._declare_decision(scope, node, words):
                self._undecided.append(node)
            if node.kind == "call_activity":
                self._declare_outs(scope, node, words)

    def _declare(
        self, scope: NameScope, name: str, type_: Type, element: str | None, line: int | None
    ) -> None:
        local = scope.home(name).local
        known = local.get(name)
        if known is None:
            local[name] = type_
        elif known.kind != type_.kind or (known.kind == "record" and known != type_):
            self.findings.error("name_taken", element, line, name=name, first=known.kind, second=type_.kind)
        elif known.choices is not None and type_.choices is not None:
            merged = (*known.choices, *(c for c in type_.choices if c not in known.choices))
            local[name] = Type("choice", choices=merged)

    def _declare_record(self, scope: NameScope, node: Node, words: Words) -> None:
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
        self._declare(scope, node.id, record, node.id, node.line)

    def _declare_result(self, scope: NameScope, node: Node, words: Words) -> None:
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
            self._declare(scope, name, Type("record", fields=signature.result), node.id, word.sourceline)

    def _declare_decision(self, scope: NameScope, node: Node, words: Words) -> bool:
        """Declare what a table answers. False if that must wait until scripts have given its inputs a type."""
        word = words.one("decision")
        name = word.get("result") if word is not None else None
        if word is None or not name:
            return True
        if not is_free_name(name):
            words.error("bad_name", word, name=name)
            return True
        text = self.decisions.get(word.get("ref") or "")
        if text is None:
            return True
        table = read_decision(text, scope.names, Findings(), name=word.get("ref") or "")
        if table is not None:
            self._declare(scope, name, table.result_type, node.id, word.sourceline)
            self.columns.setdefault(
                name, {one.name: {"zh-hans": one.label, **one.labels} for one in table.outputs}
            )
        return table is not None

    def _declare_outs(self, scope: NameScope, node: Node, words: Words) -> None:
        called = self.vocabulary.processes.get(node.xml.get("calledElement") or "")
        for word in words.all("out"):
            name = word.get("name") or ""
            if not is_free_name(name):
                words.error("bad_name", word, name=name[:50])
            elif called is not None:
                try:
                    type_ = compile_expression(word.get("value") or "", called._names).type
                except ExpressionError:
                    continue  # reported by the builder
                if type_.kind not in ("null", "any") and name not in scope.variables:
                    self._declare(scope, name, type_, node.id, word.sourceline)

    # -- scripts

    def _read_scripts(self) -> None:
        """Types of assigned names follow from their expressions, in whatever order scripts stand."""
        lines = {node.id: self._script_lines(node) for node in self.outline.of_kind("script_task")}
        for _ in range(_ROUNDS):
            # Items first: a calculation with an item of unknown type would pass for a decimal.
            changed = sum(self._infer_marker(node_id, marker) for node_id, marker in self.markers.items())
            changed += sum(
                self._infer(line, self.inside(self.outline.nodes[node_id]))
                for node_id, of_node in lines.items()
                for line in of_node
            )
            changed += self._decide_later()
            if not changed:
                break
        for node_id, of_node in lines.items():
            self._compile_script(self.outline.nodes[node_id], of_node)

    def _decide_later(self) -> int:
        """Tables whose inputs are known by now; says how many."""
        waiting, self._undecided = self._undecided, []
        for node in waiting:
            if not self._declare_decision(self.inside(node), node, self.words[node.id]):
                self._undecided.append(node)
        return len(waiting) - len(self._undecided)

    def _script_lines(self, node: Node) -> list[Line]:
        scripts = list(children(node.xml, "script"))
        text = "".join(scripts[0].itertext()) if scripts else ""
        if len(scripts) > 1:
            self.findings.error("word_twice", node.id, node.line, word="script")
        try:
            return read_lines(text)
        except ExpressionError as error:
            self.report(error, node.id, node.line, text)
            return []

    def _infer(self, line: Line, scope: NameScope) -> bool:
        """Take the type of a line for its name; says whether anything is known now that was not."""
        try:
            type_ = compile_line(line, scope.names).type
        except ExpressionError:
            return False  # perhaps after another line; if not, it is reported when it is compiled
        root, *fields = line.target
        if root in self.records:
            return False
        if type_.kind == "choice":
            type_ = TEXT  # other texts may be assigned later
        for name in reversed(fields):
            type_ = Type("record", fields={name: type_})
        return self._widen(scope, root, type_)

    def _infer_marker(self, node_id: str, marker: Marker) -> bool:
        """The type of an item follows from the list, the type of the results from the value."""
        scope = self.within[node_id]
        outer = scope.up or self.root
        changed = False
        for text, name, home in ((marker.collection, marker.item, scope), (marker.value, marker.into, outer)):
            if not text or not name or not is_free_name(name):
                continue
            if home is outer and scope.local.get(marker.item) == ANY:
                continue
            try:
                type_ = compile_expression(text, (outer if home is scope else scope).names).type
            except ExpressionError:
                continue
            if home is scope:
                item = type_.item if type_.kind == "list" else None
                if item is not None and scope.local.get(name) != item:
                    scope.local[name], changed = item, True
            elif type_.kind not in ("null", "any"):
                item = TEXT if type_.kind == "choice" else type_
                changed |= self._widen(outer, name, Type("list", item=item))
        return changed

    def _widen(self, scope: NameScope, name: str, type_: Type) -> bool:
        if type_.kind in ("null", "any"):
            return False
        home = scope.home(name)
        known = home.local.get(name)
        outer = home.up.variables.get(name) if home.up is not None else None
        if outer is not None and (known is None or (home.id, name) in self._inferred):
            # It hides one outside, which is read until this one is written: they are of one type.
            self._inferred.add((home.id, name))
            home.local[name] = outer
            return known != outer
        if known is None:
            self._inferred.add((home.id, name))
            home.local[name] = type_
            return True
        if (home.id, name) not in self._inferred:
            return False
        wider = _wider(known, type_)
        home.local[name] = wider
        return wider != known

    def _compile_script(self, node: Node, lines: list[Line]) -> None:
        assignments: list[Assignment] = []
        scope = self.inside(node)
        for line in lines:
            try:
                value = compile_line(line, scope.names)
                target = self._target_type(line, scope)
            except ExpressionError as error:
                self.report(error, node.id, node.line, line.text)
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

    def _target_type(self, line: Line, scope: NameScope) -> Type:
        name = line.target[0]
        if name in self.records:
            raise ExpressionError("cannot_assign", 0, name=name, line=line.number)
        type_ = scope.home(name).local.get(name)
        if type_ is None:
            raise ExpressionError("type_not_known", 0, name=name, line=line.number)
        for field in line.target[1:]:
            if type_.kind != "record" or not type_.fields or field not in type_.fields:
                raise ExpressionError(
                    "unknown_field", 0, name=".".join(line.target), known="", line=line.number
                )
            type_ = type_.fields[field]
        return type_

    def work_form(self, words: Words) -> FormSignature | None:
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

    # -- expressions

    def expression(
        self, text: str, element: str, line: int | None, scope: NameScope | None = None
    ) -> Expression | None:
        return self.expression_over(text, element, line, (scope or self.root).names)

    def expression_over(self, text: str, element: str, line: int | None, names: Names) -> Expression | None:
        """An expression over names that need not be ours, as those of a called process."""
        try:
            return compile_expression(text, names)
        except ExpressionError as error:
            self.report(error, element, line, text)
            return None

    def report(self, error: ExpressionError, element: str, line: int | None, text: str) -> None:
        params: dict[str, Any] = {"expression": text.strip()[:120], **error.params, **error.place()}
        params.pop("line", None)
        self.findings.error(error.code, element, line, **params)


def _wider(known: Type, more: Type) -> Type:
    """A type that holds both, as far as there is one: records get the fields of both."""
    if known.kind == more.kind == "record":
        fields: dict[str, Type] = dict(known.fields or {})
        for name, type_ in (more.fields or {}).items():
            fields[name] = _wider(fields[name], type_) if name in fields else type_
        return Type("record", fields=fields)
    if known.kind == more.kind == "list" and known.item is not None and more.item is not None:
        return Type("list", item=_wider(known.item, more.item))
    both = common_type(known, more)
    return both if both is not None and both == DECIMAL else known
