"""Rules about what people read and choose: buttons that lead nowhere, labels that lack a language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from workflows.engine.definition import DEFAULT_LANGUAGE, Element
from workflows.engine.expressions import ExpressionError, unwrap
from workflows.engine.expressions.nodes import Comparison, ListOf, Literal, Logic, Path
from workflows.engine.expressions.nodes import Node as Part
from workflows.engine.expressions.parser import parse
from workflows.engine.extensions import labels_of
from workflows.engine.names import NameTable
from workflows.engine.outline import Arrow, Node, Outline
from workflows.engine.problems import Findings

LANGUAGES: Final = (DEFAULT_LANGUAGE, "en")


def check_words(
    outline: Outline, elements: Mapping[str, Element], findings: Findings, table: NameTable
) -> None:
    """Warn of outcomes that no way takes, and of labels in one language only."""
    for node in outline.nodes.values():
        _check_outcomes(node, elements[node.id], findings)
    _check_labels(outline, elements, findings, table)


# -- outcomes


def _check_outcomes(node: Node, element: Element, findings: Findings) -> None:
    """A button after which no condition of the gateway behind holds would hold the case."""
    if len(element.outcomes) < 2 or len(node.outgoing) != 1:
        return
    gateway = node.outgoing[0].target
    if gateway.kind != "exclusive_gateway" or len(gateway.outgoing) < 2:
        return
    if any(arrow.is_default or arrow.condition is None for arrow in gateway.outgoing):
        return
    codes = frozenset(outcome.code for outcome in element.outcomes)
    taken = frozenset[str]().union(*(_taken(arrow, node.id, codes) for arrow in gateway.outgoing))
    left = [code for code in codes if code not in taken]
    if left:
        findings.warn(
            "outcome_not_handled",
            gateway.id,
            gateway.line,
            name=gateway.name or gateway.id,
            step=node.name or node.id,
            outcomes=sorted(left),
        )


def _taken(arrow: Arrow, step: str, codes: frozenset[str]) -> frozenset[str]:
    """The outcomes of a step with which a flow may be taken."""
    text, _, camunda = unwrap(arrow.condition or "")
    try:
        return _true_for(parse(text, camunda=camunda), step, codes)
    except ExpressionError:
        return codes  # reported where it is compiled


def _true_for(part: Part, step: str, codes: frozenset[str]) -> frozenset[str]:
    """The outcomes with which a condition may hold: all of them, where it is about something else."""
    if isinstance(part, Logic):
        left, right = _true_for(part.left, step, codes), _true_for(part.right, step, codes)
        return left & right if part.operator == "and" else left | right
    if not isinstance(part, Comparison):
        return codes
    sides = (part.left, part.right)
    if not any(isinstance(side, Path) and side.parts == (step, "outcome") for side in sides):
        return codes
    named = _texts(part.right) if isinstance(part.left, Path) else _texts(part.left)
    if named is None:
        return codes
    if part.operator in ("==", "in"):
        return codes & named
    return codes - named if part.operator in ("!=", "not in") else codes


def _texts(part: Part) -> frozenset[str] | None:
    """The texts written in a literal or a list of literals."""
    items = part.items if isinstance(part, ListOf) else (part,)
    texts = [item.value for item in items if isinstance(item, Literal) and isinstance(item.value, str)]
    return frozenset(texts) if len(texts) == len(items) else None


# -- labels


def _check_labels(
    outline: Outline, elements: Mapping[str, Element], findings: Findings, table: NameTable
) -> None:
    """A diagram in one language is fine; one in two should be it everywhere a person looks."""
    shown = list(_shown(outline, elements, table))
    spoken = {language for _, _, _, labels in shown for language in labels}
    if not spoken.issuperset(LANGUAGES):
        return
    for id, line, name, labels in shown:
        missing = [language for language in LANGUAGES if language not in labels]
        if len(missing) == 1:
            [known] = [language for language in LANGUAGES if language in labels]
            findings.warn("label_missing", id, line, name=name, known=known, missing=missing[0])


def _shown(
    outline: Outline, elements: Mapping[str, Element], table: NameTable
) -> Iterator[tuple[str, int | None, str, Mapping[str, str]]]:
    """(element, line, name, labels) of everything with a label that people see."""
    yield outline.id, outline.line, outline.id, labels_of(table.process_words, outline.name)
    for element in elements.values():
        if element.is_manual:
            yield element.id, element.line, element.id, element.labels
        for outcome in element.outcomes:
            yield element.id, element.line, f"{element.id}.{outcome.code}", outcome.labels
        for field in element.form:
            yield element.id, element.line, field.id, field.labels
            for value, labels in field.choices:
                yield element.id, element.line, f"{field.id}.{value}", labels
