"""Which names an expression may read at each element of a diagram: for those who draw conditions.

A diagram that is half drawn has names too: nothing is refused here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .definition import Field, Outcome
from .halfdrawn import read_half_drawn
from .names import NameTable
from .namescopes import LOOP_COUNTER
from .outline import Node
from .vocabulary import Type, Vocabulary

# Part of the record that a finished step leaves.
RECORD = ("outcome", "comment", "by")


@dataclass(frozen=True, slots=True)
class VisibleName:
    """A name as an expression writes it: `amount`, `review.outcome`, `subject.owner`."""

    path: str
    type: Type
    # Where it comes from: "subject", "step" or "answer" (with `of`: the step), "field", "variable".
    kind: str
    of: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    # What the values of a choice are called.
    choices: tuple[tuple[str, Mapping[str, str]], ...] = ()
    # The step that gives it its value; empty for what is known from the start.
    by: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen at some elements, and which steps can have been done before each of them."""

    names: tuple[VisibleName, ...]
    elements: tuple[str, ...]


def visible_names(
    bpmn: bytes,
    vocabulary: Vocabulary,
    *,
    process_id: str | None = None,
    decisions: Mapping[str, Any] | None = None,
) -> tuple[list[Sight], dict[str, list[str]]]:
    """(names by the elements that see them, for each element the steps before it). Flows see what their
    source sees. Empty for a diagram that cannot be read."""
    half = read_half_drawn(bpmn, vocabulary, process_id=process_id, decisions=decisions)
    if half is None:
        return [], {}
    outline, table = half
    about = _About(table)
    groups: dict[int, tuple[tuple[VisibleName, ...], list[str]]] = {}
    before: dict[str, list[str]] = {}
    for node in outline.nodes.values():
        scope = table.inside(node)
        if id(scope) not in groups:
            groups[id(scope)] = (tuple(about.names_in(scope.variables, scope.subject)), [])
        groups[id(scope)][1].extend([node.id, *(arrow.id for arrow in node.outgoing)])
        earlier = sorted(_upstream(node))
        before[node.id] = earlier
        for arrow in node.outgoing:
            before[arrow.id] = sorted({*earlier, node.id})
    return [Sight(names, tuple(elements)) for names, elements in groups.values()], before


def _upstream(node: Node) -> set[str]:
    """Every step from which this one can be reached, also from outside the subprocess it is in."""
    seen: set[str] = set()
    todo = [node]
    while todo:
        at = todo.pop()
        found = [arrow.source for arrow in at.incoming]
        if at.host is not None:
            found.append(at.host)
        if at.scope.node is not None and at.kind == "start_event":
            found.append(at.scope.node)
        for one in found:
            if one.id in seen:
                continue
            seen.add(one.id)
            todo.append(one)
            if one.inner is not None:  # a subprocess that is done: so is what is in it
                todo.extend(inner for inner in one.inner.nodes if not inner.outgoing)
                seen.update(inner.id for inner in one.inner.nodes if not inner.outgoing)
    return seen


class _About:
    """What is known of a name besides its type: who sets it and what people call it."""

    def __init__(self, table: NameTable) -> None:
        self.table = table
        self.fields: dict[str, tuple[Field, str]] = {}
        self.outcomes: dict[str, tuple[Outcome, ...]] = dict(table.outcomes)
        for node, fields in table.forms.items():
            for one in fields:
                self.fields.setdefault(one.id, (one, node))
        # What stands for one entry of a list, by the name of the list.
        self.entries = {one.item: one.collection for one in table.markers.values() if one.item}
        # Answers of operations and decision tables, by the name they are kept under.
        self.answers: dict[str, str] = {}
        for id, words in table.words.items():
            for word in (words.one("operation"), words.one("decision")):
                if word is not None and word.get("result"):
                    self.answers.setdefault(word.get("result"), id)

    def names_in(self, variables: Mapping[str, Type], subject: Mapping[str, Type]) -> Iterator[VisibleName]:
        for name, type_ in subject.items():
            yield VisibleName(f"subject.{name}", type_, "subject", name)
        for name in variables:
            yield from self._name(name, variables[name])

    def _name(self, name: str, type_: Type) -> Iterator[VisibleName]:
        if type_.kind in ("null", "any") or name == LOOP_COUNTER:
            return
        if name in self.table.records:
            for part in RECORD:
                yield self._of_step(name, part)
        elif type_.kind == "record" and type_.fields:
            for part, of in type_.fields.items():
                step = self.answers.get(name, "")
                labels = self.table.columns.get(self.entries.get(name, name), {}).get(part, {})
                kind = "answer" if step else "variable"
                yield VisibleName(f"{name}.{part}", of, kind, step or name, labels, by=step)
        elif name in self.fields:
            field_, node = self.fields[name]
            choices = tuple((value, labels) for value, labels in field_.choices)
            yield VisibleName(name, type_, "field", node, field_.labels, choices, node)
        else:
            yield VisibleName(name, type_, "variable", name)

    def _of_step(self, step: str, part: str) -> VisibleName:
        type_ = (self.table.records[step].fields or {})[part]
        choices = tuple((one.code, one.labels) for one in self.outcomes.get(step, ()))
        return VisibleName(
            f"{step}.{part}", type_, "step", step, {}, choices if part == "outcome" else (), step
        )
