"""Rules that a look at the graph decides: starts, ends, reachability, conditions, automatic loops."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from workflows.engine.outline import Node, Outline
from workflows.engine.problems import Findings

TASKS = ("user_task", "script_task", "service_task", "start_event")


def check_structure(outline: Outline, findings: Findings) -> None:
    """Report what is wrong with how elements are connected."""
    complete = not findings.has_errors
    _check_start_and_end(outline, findings)
    _check_outgoing(outline, findings)
    if complete:  # with a part refused, "nothing leads here" would only repeat it
        _check_reach(outline, findings)
        _check_automatic_loops(outline, findings)


def _check_start_and_end(outline: Outline, findings: Findings) -> None:
    starts, ends = outline.of_kind("start_event"), outline.of_kind("end_event")
    if not starts:
        findings.error("no_start", outline.id or None, outline.line)
    for extra in starts[1:]:
        findings.error("several_starts", extra.id, extra.line)
    for start in starts:
        if start.incoming:
            findings.error("start_has_incoming", start.id, start.line)
    if not ends:
        findings.error("no_end", outline.id or None, outline.line)
    for end in ends:
        if end.outgoing:
            findings.error("end_has_outgoing", end.id, end.line)


def _check_outgoing(outline: Outline, findings: Findings) -> None:
    for node in outline.nodes.values():
        if node.kind == "exclusive_gateway":
            _check_exclusive(node, findings)
            continue
        for arrow in node.outgoing:
            if arrow.condition is not None:
                code = (
                    "parallel_has_condition"
                    if node.kind == "parallel_gateway"
                    else "conditional_flow_from_task"
                )
                findings.error(code, arrow.id, arrow.line, name=node.id)
        if node.kind in TASKS and len(node.outgoing) > 1:
            findings.error("several_flows_from_task", node.id, node.line, count=len(node.outgoing))
        if node.xml.get("default") is not None:
            findings.error("default_not_here", node.id, node.line)


def _check_exclusive(node: Node, findings: Findings) -> None:
    if len(node.outgoing) == 1:
        return
    for arrow in node.outgoing:
        if arrow.is_default and arrow.condition is not None:
            findings.error("default_has_condition", arrow.id, arrow.line, name=node.id)
        if not arrow.is_default and arrow.condition is None:
            findings.error("condition_missing", arrow.id, arrow.line, name=node.name or node.id)
    if len(node.outgoing) > 1 and not any(arrow.is_default for arrow in node.outgoing):
        findings.warn("no_default", node.id, node.line, name=node.name or node.id)


def _check_reach(outline: Outline, findings: Findings) -> None:
    starts = outline.of_kind("start_event")
    forward = reached(starts, lambda node: (arrow.target for arrow in node.outgoing))
    backward = reached(outline.of_kind("end_event"), lambda node: (arrow.source for arrow in node.incoming))
    for node in outline.nodes.values():
        if starts and node.id not in forward:
            findings.error("unreachable", node.id, node.line)
        elif node.kind != "end_event" and not node.outgoing:
            findings.error("nothing_follows", node.id, node.line)
        elif node.id not in backward:
            findings.error("no_way_to_end", node.id, node.line)


def reached(begin: Iterable[Node], neighbours: Callable[[Node], Iterable[Node]]) -> set[str]:
    """Everything that can be reached from some nodes."""
    seen: set[str] = set()
    pending = list(begin)
    while pending:
        node = pending.pop()
        if node.id not in seen:
            seen.add(node.id)
            pending.extend(neighbours(node))
    return seen


def _check_automatic_loops(outline: Outline, findings: Findings) -> None:
    """A loop in which nobody is waited for would run for ever.

    Elements without an incoming flow from the rest are peeled off, again and again; what is left
    of the automatic elements lies on such a loop or behind one."""
    automatic = {node.id for node in outline.nodes.values() if node.kind != "user_task"}
    for direction in ("forward", "backward"):
        degree = {}
        for name in automatic:
            node = outline.nodes[name]
            arrows = node.incoming if direction == "forward" else node.outgoing
            others = (a.source.id if direction == "forward" else a.target.id for a in arrows)
            degree[name] = sum(1 for other in others if other in automatic)
        pending = [name for name, count in degree.items() if count == 0]
        while pending:
            name = pending.pop()
            automatic.discard(name)
            node = outline.nodes[name]
            arrows = node.outgoing if direction == "forward" else node.incoming
            for arrow in arrows:
                other = arrow.target.id if direction == "forward" else arrow.source.id
                if other in automatic:
                    degree[other] -= 1
                    if degree[other] == 0:
                        pending.append(other)
    if automatic:
        first = min((outline.nodes[name] for name in automatic), key=lambda node: node.line or 0)
        findings.error("loop_never_waits", first.id, first.line, names=", ".join(sorted(automatic)[:10]))
