"""Rules that a look at the graph decides: starts, ends, reachability, conditions, automatic loops."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from workflows.engine.outline import Node, Outline, Scope
from workflows.engine.problems import Findings

# From these, several flows would be taken all at once; a gateway says so visibly.
ONE_WAY = (
    "start_event",
    "catch_event",
    "throw_event",
    "boundary_event",
    "user_task",
    "manual_task",
    "task",
    "script_task",
    "service_task",
    "business_rule_task",
    "send_task",
    "receive_task",
    "subprocess",
    "transaction",
    "call_activity",
)
CHOOSING = ("exclusive_gateway", "inclusive_gateway")


def check_structure(outline: Outline, findings: Findings) -> None:
    """Report what is wrong with how elements are connected."""
    complete = not findings.has_errors
    for scope in outline.scopes:
        _check_start_and_end(scope, findings)
    _check_outgoing(outline, findings)
    _check_event_gateways(outline, findings)
    _check_events(outline, findings)
    if complete:  # with a part refused, "nothing leads here" would only repeat it
        for scope in outline.scopes:
            _check_reach(scope, findings)
        if not findings.has_errors:
            _check_automatic_loops(outline, findings)


def _check_start_and_end(scope: Scope, findings: Findings) -> None:
    starts = scope.starts
    plain = [start for start in starts if start.event is None]
    ends = [node for node in scope.nodes if node.kind == "end_event"]
    where = scope.id or None
    if not starts:
        findings.error("no_start", where, scope.line)
    for extra in plain[1:] if scope.kind == "process" else starts[1:]:
        findings.error("several_starts", extra.id, extra.line)
    for start in starts:
        if start.incoming:
            findings.error("start_has_incoming", start.id, start.line)
    if not ends:
        findings.error("no_end", where, scope.line)
    for end in ends:
        if end.outgoing:
            findings.error("end_has_outgoing", end.id, end.line)
    for node in scope.nodes:
        if node.kind in ("boundary_event", "event_subprocess") and node.incoming:
            findings.error("has_incoming", node.id, node.line, name=node.name or node.id)
        if node.kind == "event_subprocess" and node.outgoing:
            findings.error("has_outgoing", node.id, node.line, name=node.name or node.id)


def _check_outgoing(outline: Outline, findings: Findings) -> None:
    for node in outline.nodes.values():
        if node.kind in CHOOSING:
            _check_choice(node, findings)
            continue
        for arrow in node.outgoing:
            if arrow.condition is not None:
                is_gateway = node.kind in ("parallel_gateway", "event_gateway")
                code = "parallel_has_condition" if is_gateway else "conditional_flow_from_task"
                findings.error(code, arrow.id, arrow.line, name=node.id)
        if node.kind in ONE_WAY and len(node.outgoing) > 1:
            findings.error("several_flows_from_task", node.id, node.line, count=len(node.outgoing))
        if node.xml.get("default") is not None:
            findings.error("default_not_here", node.id, node.line)


def _check_choice(node: Node, findings: Findings) -> None:
    if len(node.outgoing) == 1:
        return
    for arrow in node.outgoing:
        if arrow.is_default and arrow.condition is not None:
            findings.error("default_has_condition", arrow.id, arrow.line, name=node.id)
        if not arrow.is_default and arrow.condition is None:
            findings.error("condition_missing", arrow.id, arrow.line, name=node.name or node.id)
    if len(node.outgoing) > 1 and not any(arrow.is_default for arrow in node.outgoing):
        findings.warn("no_default", node.id, node.line, name=node.name or node.id)


def _check_event_gateways(outline: Outline, findings: Findings) -> None:
    """Behind an event gateway stand events, each with no other way to it."""
    for node in outline.of_kind("event_gateway"):
        if len(node.outgoing) < 2:
            findings.error("event_gateway_one_way", node.id, node.line)
        for arrow in node.outgoing:
            target = arrow.target
            is_event = target.kind == "receive_task" or (
                target.kind == "catch_event" and target.event_kind != "link"
            )
            if not is_event or target.attached or target.marker is not None:
                findings.error("not_an_event", target.id, target.line, name=target.name or target.id)
            elif len(target.incoming) > 1:
                findings.error("event_two_ways", target.id, target.line, name=target.name or target.id)


def _check_events(outline: Outline, findings: Findings) -> None:
    """Cancel belongs to a transaction; what throws should be caught."""
    for node in outline.nodes.values():
        if node.event_kind == "cancel":
            if node.kind == "end_event" and node.scope.kind != "transaction":
                findings.error("cancel_outside", node.id, node.line)
            elif node.kind == "boundary_event" and node.host and node.host.kind != "transaction":
                findings.error("cancel_not_on_transaction", node.id, node.line)
            elif node.kind == "end_event" and node.scope.node is not None:
                caught = [each for each in node.scope.node.attached if each.event_kind == "cancel"]
                if not caught:
                    findings.error("cancel_not_caught", node.id, node.line, name=node.scope.node.name)
        elif _throws(node) and not _is_caught(node):
            code = "throw_not_caught" if node.event_kind == "error" else "escalation_not_caught"
            findings.warn(code, node.id, node.line, name=node.event.ref if node.event else "")
    _check_twice(outline, findings)


def _throws(node: Node) -> bool:
    return node.event_kind in ("error", "escalation") and node.kind in ("end_event", "throw_event")


def _is_caught(node: Node) -> bool:
    """Whether some event around catches what is thrown here; a caller of the process might, too."""
    wanted = node.event.ref if node.event is not None else None
    scope: Scope | None = node.scope
    while scope is not None:
        catching = [start for each in scope.event_subprocesses if each.inner for start in each.inner.starts]
        if scope.node is not None:
            catching += scope.node.attached
        for each in catching:
            if each.event_kind == node.event_kind and each.event and each.event.ref in (None, wanted):
                return True
        scope = scope.parent
    return False


def _check_twice(outline: Outline, findings: Findings) -> None:
    """Two events of one activity or scope that catch the same error: which one is chance."""
    groups: list[list[Node]] = [node.attached for node in outline.nodes.values() if len(node.attached) > 1]
    for scope in outline.scopes:
        groups.append([s for each in scope.event_subprocesses if each.inner for s in each.inner.starts])
    for group in groups:
        seen: set[tuple[str, str | None]] = set()
        for node in group:
            if node.event is None or node.event.kind not in ("error", "escalation", "cancel"):
                continue
            key = (node.event.kind, node.event.ref)
            if key in seen:
                findings.error("caught_twice", node.id, node.line, name=node.event.ref or "")
            seen.add(key)


def _check_reach(scope: Scope, findings: Findings) -> None:
    begin = [*scope.starts, *scope.event_subprocesses]
    forward = reached(begin, lambda node: [*(arrow.target for arrow in node.outgoing), *node.attached])
    ends = [node for node in scope.nodes if node.kind == "end_event" or node.kind == "event_subprocess"]
    backward = reached(
        ends, lambda node: [*(arrow.source for arrow in node.incoming), *([node.host] if node.host else [])]
    )
    for node in scope.nodes:
        if scope.starts and node.id not in forward:
            findings.error("unreachable", node.id, node.line)
        elif node.kind not in ("end_event", "event_subprocess") and not node.outgoing:
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


def _always_waits(node: Node) -> bool:
    """Whether every way through an element waits for somebody or something."""
    if node.waits:
        return True
    if node.kind == "call_activity":
        return True  # what it calls is another file's affair; an endless one ends as an incident
    if node.inner is None or node.marker is not None:
        return False
    # A subprocess waits when none of its ends can be reached without waiting.
    passing = reached(
        (start for start in node.inner.starts),
        lambda each: [] if _always_waits(each) else (arrow.target for arrow in each.outgoing),
    )
    return not any(each.kind == "end_event" and each.id in passing for each in node.inner.nodes)


def _check_automatic_loops(outline: Outline, findings: Findings) -> None:
    """A loop in which nothing is waited for would run for ever."""
    automatic = {node.id: node for node in outline.nodes.values() if not _always_waits(node)}
    for node in automatic.values():
        marker: Any = node.marker
        is_loop = marker is not None and marker.tag.endswith("standardLoopCharacteristics")
        if is_loop and marker.get("loopMaximum") is None and not _body_waits(node):
            findings.error("loop_never_waits", node.id, node.line, names=node.id)
    after = {
        name: [
            each.id
            for each in (*(arrow.target for arrow in node.outgoing), *node.attached)
            if each.id in automatic
        ]
        for name, node in automatic.items()
    }
    before: dict[str, list[str]] = {name: [] for name in automatic}
    for name, others in after.items():
        for other in others:
            before[other].append(name)
    # What nothing leads to is peeled off, again and again; then what leads nowhere. A loop stays.
    left = _peeled(_peeled(set(automatic), before, after), after, before)
    if left:
        first = min((automatic[name] for name in left), key=lambda node: node.line or 0)
        findings.error("loop_never_waits", first.id, first.line, names=", ".join(sorted(left)[:10]))


def _peeled(names: set[str], sources: dict[str, list[str]], targets: dict[str, list[str]]) -> set[str]:
    degree = {name: sum(1 for other in sources[name] if other in names) for name in names}
    pending = [name for name, count in degree.items() if count == 0]
    left = set(names)
    while pending:
        name = pending.pop()
        left.discard(name)
        for other in targets[name]:
            if other in left:
                degree[other] -= 1
                if degree[other] == 0:
                    pending.append(other)
    return left


def _body_waits(node: Node) -> bool:
    if node.waits or node.kind == "call_activity":
        return True
    if node.inner is None:
        return False
    marker, node.marker = node.marker, None
    try:
        return _always_waits(node)
    finally:
        node.marker = marker
