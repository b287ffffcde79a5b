"""Mends of the drawing: flows, defaults, gateways, starts and ends.

Each rule proposes what would make its problem go away, the most natural first; whether it does, and
whether anything else would break, is tried out before it is offered (`offering`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from workflows.engine.outline import children, local
from workflows.engine.problems import Mend, Problem
from workflows.engine.support import BPMN, CONTAINERS, ELEMENTS, EVENTS, MARKERS

from .sheet import Sheet, condition_of, name_of

Rule: TypeAlias = "Callable[[Sheet, Problem], Iterator[Mend]]"

_GATEWAYS: Final = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")


def mend(code: str, *steps: Mapping[str, Any], **params: Any) -> Mend:
    return Mend(code, params, list(steps))


def remove(id: str) -> dict[str, Any]:
    return {"do": "remove", "element": id}


def put(sheet: Sheet, xml: Any, attribute: str, value: str | None) -> dict[str, Any]:
    return {"do": "set", **sheet.address(xml), "attribute": attribute, "value": value}


# -- flows


def _remove_flow(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    flow = sheet.get(problem.element)
    if flow is not None and local(flow) == "sequenceFlow":
        yield mend("mend_remove_flow", remove(flow.get("id")), name=name_of(flow))


def _remove_entering(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    yield from _remove_flows(sheet.entering(problem.element or ""))


def _remove_leaving(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    yield from _remove_flows(sheet.leaving(problem.element or ""))


def _remove_flows(flows: list[Any]) -> Iterator[Mend]:
    if len(flows) == 1:
        yield mend("mend_remove_flow", remove(flows[0].get("id")), name=name_of(flows[0]))
    elif flows:
        steps = [remove(flow.get("id")) for flow in flows]
        yield mend("mend_remove_flows", *steps, names=[name_of(flow) for flow in flows])


def _past_the_catch(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """What leads to a link catch may as well lead to what follows it."""
    yield from _lead_on(sheet, problem.element or "")
    yield from _remove_entering(sheet, problem)


def _past_the_start(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    yield from _lead_on(sheet, problem.element or "")


def _lead_on(sheet: Sheet, id: str) -> Iterator[Mend]:
    leaving, entering = sheet.leaving(id), sheet.entering(id)
    target = sheet.get(leaving[0].get("targetRef")) if len(leaving) == 1 else None
    if target is not None and target.get("id") != id and entering:
        steps = [
            {"do": "connect", "element": each.get("id"), "target": target.get("id")} for each in entering
        ]
        yield mend("mend_lead_to", *steps, name=name_of(target))


def _remove_references(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """Names of flows and steps that are gone, where only the list of an element still has them."""
    owner, name = sheet.get(problem.element), problem.params.get("name")
    if owner is None:
        return
    dead = [
        reference
        for tag in ("incoming", "outgoing", "flowNodeRef")
        for reference in children(owner, tag)
        if (reference.text or "").strip() == name
    ]
    # From the last one on: the places of those before stay what they are.
    steps = [{"do": "remove", **sheet.address(reference)} for reference in reversed(dead)]
    if steps:
        yield mend("mend_remove_reference", *steps, name=name)


# -- conditions and defaults


def _make_default(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """The only way without a condition is what is meant by "else"."""
    flow = sheet.get(problem.element)
    gateway = sheet.get(flow.get("sourceRef")) if flow is not None else None
    if flow is None or gateway is None or gateway.get("default"):
        return
    free = [each for each in sheet.leaving(gateway.get("id")) if not condition_of(each)]
    if free == [flow]:
        yield mend("mend_make_default", put(sheet, gateway, "default", flow.get("id")), name=name_of(flow))


def _remove_condition(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    flow = sheet.get(problem.element)
    conditions = list(children(flow, "conditionExpression")) if flow is not None else []
    if flow is not None and len(conditions) == 1:
        step = {"do": "remove", **sheet.address(conditions[0])}
        yield mend("mend_remove_condition", step, name=name_of(flow))


def _empty_condition(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """An empty condition is none: away with it, and the only way without one is the default."""
    flow = sheet.get(problem.element)
    if flow is None or local(flow) != "sequenceFlow":
        return
    gateway = sheet.get(flow.get("sourceRef"))
    for found in _remove_condition(sheet, problem):
        if gateway is not None and not gateway.get("default"):
            ways = sheet.leaving(gateway.get("id"))
            if len(ways) > 1 and [each for each in ways if not condition_of(each)] == [flow]:
                default = put(sheet, gateway, "default", flow.get("id"))
                yield mend("mend_make_default", *found.change, default, name=name_of(flow))
        yield found


def _of_event_gateway(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """Behind an event gateway the event decides and nothing else."""
    gateway = sheet.get(problem.params.get("name"))
    if gateway is not None and local(gateway) == "eventBasedGateway":
        yield from _remove_condition(sheet, problem)


def _condition_language(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    flow = sheet.get(problem.element)
    for condition in children(flow, "conditionExpression") if flow is not None else ():
        if condition.get("language") is not None:
            yield mend("mend_our_language", put(sheet, condition, "language", None))


def _unset_default(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    xml = sheet.get(problem.element)
    if xml is not None and xml.get("default") is not None:
        yield mend("mend_unset_default", put(sheet, xml, "default", None), name=name_of(xml))


# -- elements


def _remove_element(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """What nothing leads to does nothing; a subprocess is too much work to be swept away."""
    xml = sheet.get(problem.element)
    if xml is None or local(xml) in CONTAINERS:
        return
    yield mend("mend_remove_element", remove(xml.get("id")), name=name_of(xml))


def _remove_start(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """A second start that leads nowhere starts nothing."""
    id = problem.element or ""
    if not sheet.leaving(id) and local(sheet.get(id)) == "startEvent":
        yield mend("mend_remove_element", remove(id), name=name_of(sheet.get(id)))


def _add_end(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    xml = sheet.get(problem.element)
    if xml is not None and local(xml) != "eventBasedGateway":
        yield _ends_behind(sheet, [xml])


def _add_ends(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """A scope without an end ends where nothing follows."""
    scope = sheet.get(problem.element)
    if scope is None:
        return
    last = [
        node
        for node in _nodes(scope)
        if not sheet.leaving(node.get("id"))
        and local(node) != "eventBasedGateway"
        and node.get("triggeredByEvent") != "true"
        and next(children(node, "linkEventDefinition"), None) is None
    ]
    if last:
        yield _ends_behind(sheet, last)


def _ends_behind(sheet: Sheet, nodes: list[Any]) -> Mend:
    steps: list[dict[str, Any]] = []
    taken: set[str] = set()
    for node in nodes:
        id, flow = (_fresh(sheet, f"{what}_{node.get('id')}", taken) for what in ("end", "to_end"))
        steps.append({"do": "add", "kind": "endEvent", "id": id, "flow": flow, "behind": node.get("id")})
    return mend("mend_add_end", *steps, names=[name_of(node) for node in nodes])


def _fresh(sheet: Sheet, wanted: str, taken: set[str]) -> str:
    name = sheet.fresh(wanted)
    while name in taken:
        name = sheet.fresh(f"{name}_")
    taken.add(name)
    return name


def _add_start(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """Where only one element has nothing before it, the process begins there."""
    scope = sheet.get(problem.element)
    if scope is None or scope.get("triggeredByEvent") == "true":
        return
    first = [
        node
        for node in _nodes(scope)
        if not sheet.entering(node.get("id"))
        and local(node) not in ("boundaryEvent", "endEvent")
        and node.get("triggeredByEvent") != "true"
        and next(children(node, "linkEventDefinition"), None) is None
    ]
    if len(first) == 1:
        id = first[0].get("id")
        step = {
            "do": "add",
            "kind": "startEvent",
            "id": sheet.fresh(f"start_{id}"),
            "flow": sheet.fresh(f"from_start_{id}"),
            "before": id,
        }
        yield mend("mend_add_start", step, name=name_of(first[0]))


def _nodes(scope: Any) -> list[Any]:
    drawn = [node for node in scope if isinstance(node.tag, str) and node.get("id")]
    return [node for node in drawn if local(node) in ELEMENTS and not (local(node) or "").startswith("data")]


def _end_goes_on(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """An end that something follows was meant to be an event on the way."""
    xml = sheet.get(problem.element)
    if xml is None:
        return
    kinds = {EVENTS[tag].kind for child in xml if (tag := local(child) or "") in EVENTS}
    if kinds <= {"message", "signal", "escalation"}:
        step = {"do": "kind", "element": xml.get("id"), "value": "intermediateThrowEvent"}
        yield mend("mend_to_throw", step, name=name_of(xml))
    yield from _remove_leaving(sheet, problem)


# -- gateways


def _gateway_behind(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """All ways of a step are taken, unless they have conditions: say so by a gateway."""
    xml = sheet.get(problem.element)
    if xml is None:
        return
    if any(condition_of(flow) for flow in sheet.leaving(xml.get("id"))):
        yield from _choice_behind(sheet, xml)
    else:
        step = _inserted(sheet, "parallelGateway", "behind", xml)
        steps = [put(sheet, xml, "default", None)] if xml.get("default") else []
        yield mend("mend_insert_parallel", *steps, step, name=name_of(xml))


def _choice_of_flow(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    xml = sheet.get(problem.params.get("name"))
    if xml is not None and local(xml) not in _GATEWAYS:
        yield from _choice_behind(sheet, xml)


def _choice_behind(sheet: Sheet, xml: Any) -> Iterator[Mend]:
    leaving = sheet.leaving(xml.get("id"))
    if len(leaving) < 2:
        return
    step = _inserted(sheet, "exclusiveGateway", "behind", xml)
    free = [flow.get("id") for flow in leaving if not condition_of(flow)]
    default = xml.get("default") or (free[0] if len(free) == 1 else None)
    steps: list[dict[str, Any]] = [put(sheet, xml, "default", None)] if xml.get("default") else []
    steps.append(step)
    if default is not None:
        steps.append({"do": "set", "element": step["id"], "attribute": "default", "value": default})
    yield mend("mend_insert_exclusive", *steps, name=name_of(xml))


def _inserted(sheet: Sheet, kind: str, side: str, xml: Any) -> dict[str, Any]:
    """The step that puts a gateway on all flows that leave or enter an element."""
    word = {"exclusiveGateway": "choice", "parallelGateway": "fork" if side == "behind" else "join"}[kind]
    id = sheet.fresh(f"{word}_{xml.get('id')}")
    return {"do": "insert", "kind": kind, "id": id, "flow": sheet.fresh(f"flow_{id}"), side: xml.get("id")}


def _join_that_fires(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """A parallel join behind a choice waits for ever: it should take whichever way comes."""
    xml = sheet.get(problem.element)
    if xml is None or local(xml) != "parallelGateway" or len(sheet.leaving(xml.get("id"))) != 1:
        return
    for kind, code in (("exclusiveGateway", "mend_join_one"), ("inclusiveGateway", "mend_join_some")):
        yield mend(code, {"do": "kind", "element": xml.get("id"), "value": kind}, name=name_of(xml))


def _join_that_waits(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """Branches that run at the same time and meet must wait for each other."""
    xml = sheet.get(problem.element)
    if xml is None or len(sheet.entering(xml.get("id"))) < 2:
        return
    if local(xml) == "exclusiveGateway" and len(sheet.leaving(xml.get("id"))) == 1:
        step: dict[str, Any] = {"do": "kind", "element": xml.get("id"), "value": "parallelGateway"}
        steps = [put(sheet, xml, "default", None)] if xml.get("default") else []
        yield mend("mend_join_all", *steps, step, name=name_of(xml))
    yield mend("mend_insert_join", _inserted(sheet, "parallelGateway", "before", xml), name=name_of(xml))


def _bypass(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    xml = sheet.get(problem.element)
    leaving = sheet.leaving(problem.element or "")
    if xml is not None and len(leaving) == 1 and sheet.get(leaving[0].get("targetRef")) is not None:
        yield mend("mend_bypass", {"do": "bypass", "element": xml.get("id")}, name=name_of(xml))


# -- events and markers


def _interrupt(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    xml = sheet.get(problem.element)
    if xml is not None:
        attribute = "cancelActivity" if local(xml) == "boundaryEvent" else "isInterrupting"
        yield mend("mend_interrupting", put(sheet, xml, attribute, "true"), name=name_of(xml))


def _throw_nothing(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """An escalation that nobody hears: the event stays, as a plain one."""
    xml = sheet.get(problem.element)
    for mark in children(xml, "escalationEventDefinition") if xml is not None else ():
        step = {"do": "remove", **sheet.address(mark)}
        yield mend("mend_plain_event", step, name=name_of(xml))


def _remove_marker(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    xml = sheet.get(problem.element)
    marks = [mark for tag in MARKERS for mark in children(xml, tag)] if xml is not None else []
    steps = [{"do": "remove", **sheet.address(mark)} for mark in reversed(marks)]
    if steps:
        yield mend("mend_remove_marker", *steps, name=name_of(xml))


# -- ids and attributes


def _other_id(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """What refers to the id means the first that has it, so the second gets another one."""
    twice = [each for each in sheet.root.iter(f"{{{BPMN}}}*") if each.get("id") == problem.element][1:]
    for xml in sorted(twice, key=lambda each: each.sourceline != problem.line):
        id = sheet.fresh(problem.element or "")
        yield mend("mend_give_id", {"do": "id", **sheet.address(xml), "value": id}, name=id)
        return


def _give_id(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    tag = problem.params.get("tag")
    for xml in sheet.root.iter(f"{{{BPMN}}}{tag}"):
        if not xml.get("id") and xml.sourceline == problem.line:
            id = sheet.fresh(str(tag))
            yield mend("mend_give_id", {"do": "id", **sheet.address(xml), "value": id}, name=id)
            return


def _executable(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    found = list(children(sheet.root, "process"))
    if len(found) == 1:
        yield mend("mend_executable", put(sheet, found[0], "isExecutable", "true"), name=name_of(found[0]))


def _remove_attribute(sheet: Sheet, problem: Problem) -> Iterator[Mend]:
    """An attribute of the element, or of the marker on it."""
    owner, name = sheet.get(problem.element), str(problem.params.get("attribute"))
    if owner is None:
        return
    for xml in (owner, *(mark for tag in MARKERS for mark in children(owner, tag))):
        if xml.get(name) is not None:
            yield mend("mend_remove_attribute", put(sheet, xml, name, None), name=name)


RULES: Final[Mapping[str, Rule]] = {
    "process_not_executable": _executable,
    "missing_id": _give_id,
    "duplicate_id": _other_id,
    "unsupported_attribute": _remove_attribute,
    "dangling_flow": _remove_flow,
    "dangling_default": _unset_default,
    "dangling_reference": _remove_references,
    "no_start": _add_start,
    "several_starts": _remove_start,
    "start_has_incoming": _past_the_start,
    "no_end": _add_ends,
    "end_has_outgoing": _end_goes_on,
    "several_flows_from_task": _gateway_behind,
    "conditional_flow_from_task": _choice_of_flow,
    "parallel_has_condition": _of_event_gateway,
    "condition_missing": _make_default,
    "condition_empty": _empty_condition,
    "condition_language": _condition_language,
    "default_has_condition": _remove_condition,
    "default_not_here": _unset_default,
    "unreachable": _remove_element,
    "nothing_follows": _add_end,
    "has_incoming": _remove_entering,
    "has_outgoing": _remove_leaving,
    "always_interrupts": _interrupt,
    "event_gateway_one_way": _bypass,
    "escalation_not_caught": _throw_nothing,
    "link_has_incoming": _past_the_catch,
    "link_has_outgoing": _remove_leaving,
    "marker_on_event_subprocess": _remove_marker,
    "join_never_fires": _join_that_fires,
    "second_token": _join_that_waits,
}
