"""Every name a process declares, with its type: variables, form fields, decisions, results, scripts."""

from __future__ import annotations

from typing import Any, Final

from .definition import Field, Outcome
from .expressions import Expression, ExpressionError, Names, common_type, compile_expression, is_free_name
from .expressions.scripts import Assignment, Line, Script, assignable, compile_line, read_lines
from .extensions import Words, read_outcomes, read_words
from .formwords import Variable, read_form, read_variables
from .outline import Node, Outline, children
from .problems import Findings
from .vocabulary import DECIMAL, TEXT, FormSignature, Type, Vocabulary

# Types of assigned names follow from each other; a few rounds settle all but contrived scripts.
_ROUNDS: Final = 8


class NameTable:
    """What expressions of a process may name. Reading it reports names that do not go together."""

    def __init__(self, outline: Outline, vocabulary: Vocabulary, findings: Findings) -> None:
        self.outline = outline
        self.vocabulary = vocabulary
        self.findings = findings
        self.process_words = read_words(outline.xml, findings)
        self.words = {node.id: read_words(node.xml, findings) for node in outline.nodes.values()}
        self.variables: dict[str, Type] = {"starter": TEXT}
        self.declared: list[Variable] = []
        self.forms: dict[str, tuple[Field, ...]] = {}
        self.outcomes: dict[str, tuple[Outcome, ...]] = {}
        self.records: dict[str, Type] = {}
        self.scripts: dict[str, Script] = {}
        self.subject_type: str | None = None
        self.names = Names(self.variables, {})
        self._inferred: set[str] = set()

    def read(self) -> None:
        self._read_subject()
        self._declare_names()
        self._read_scripts()

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
                form = self.work_form(words)
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
        lines = {node.id: self._script_lines(node) for node in self.outline.of_kind("script_task")}
        for _ in range(_ROUNDS):
            if not sum(self._infer(line) for of_node in lines.values() for line in of_node):
                break
        for node_id, of_node in lines.items():
            self._compile_script(self.outline.nodes[node_id], of_node)

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

    def _infer(self, line: Line) -> bool:
        """Take the type of a line for its name; says whether anything is known now that was not."""
        try:
            type_ = compile_line(line, self.names).type
        except ExpressionError:
            return False  # perhaps after another line; if not, it is reported when it is compiled
        root, *fields = line.target
        if type_.kind in ("null", "any") or root in self.records:
            return False
        if type_.kind == "choice":
            type_ = TEXT  # other texts may be assigned later
        for name in reversed(fields):
            type_ = Type("record", fields={name: type_})
        known = self.variables.get(root)
        if known is None:
            self._inferred.add(root)
            self.variables[root] = type_
            return True
        if root not in self._inferred:
            return False
        wider = _wider(known, type_)
        changed = wider != known
        self.variables[root] = wider
        return changed

    def _compile_script(self, node: Node, lines: list[Line]) -> None:
        assignments: list[Assignment] = []
        for line in lines:
            try:
                value = compile_line(line, self.names)
                target = self._target_type(line)
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

    def _target_type(self, line: Line) -> Type:
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

    def expression(self, text: str, element: str, line: int | None) -> Expression | None:
        try:
            return compile_expression(text, self.names)
        except ExpressionError as error:
            self.report(error, element, line, text)
            return None

    def report(self, error: ExpressionError, element: str, line: int | None, text: str) -> None:
        params: dict[str, Any] = {**error.params, "expression": text.strip()[:120]}
        script_line = params.pop("line", None)
        if script_line is not None:
            params["script_line"] = script_line
        if error.position is not None:
            params["position"] = error.position + 1
        self.findings.error(error.code, element, line, **params)


def _wider(known: Type, more: Type) -> Type:
    """A type that holds both, as far as there is one: records get the fields of both."""
    if known.kind == more.kind == "record":
        fields: dict[str, Type] = dict(known.fields or {})
        for name, type_ in (more.fields or {}).items():
            fields[name] = _wider(fields[name], type_) if name in fields else type_
        return Type("record", fields=fields)
    both = common_type(known, more)
    return both if both is not None and both == DECIMAL else known
