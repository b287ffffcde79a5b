"""Our subclasses of SpiffWorkflow's parser: diagram -> process specification.

The library's parser follows the flows recursively (1,000 tasks in a row exhaust the stack), sorts
them by their place in the picture, never sees what cannot be reached, and makes a specification of
its own for each subprocess. Ours makes every element of every scope first and then connects them,
flow by flow, in the order of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.BpmnParser import full_tag
from SpiffWorkflow.bpmn.parser.event_parsers import EndEventParser, StartEventParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser, ScriptTaskParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition

from .definition import Element, Flow
from .kernel import ProcessSpec, Step
from .outline import Node, Outline
from .specs import SPEC_CLASSES, EventSubprocess, InclusiveGateway, LoopTask, MultiInstance, TriggerEvent


class OneElement(TaskParser):
    """Parses the element itself and nothing that follows it."""

    def parse_node(self) -> Any:
        self.task = self.create_task()
        self.task.element = self.process_parser.parser.elements[self.bpmn_id]
        return self.task


class OneTask(OneElement): ...


class OneGateway(OneElement, GatewayParser): ...


class OneChoice(OneElement, ConditionalGatewayParser): ...


class OneScript(OneElement, ScriptTaskParser): ...


class OneEvent(OneElement):
    """What it waits for stands in our element; to the library all events are without a definition."""

    def create_task(self) -> Any:
        return self.spec_class(
            self.spec, self.bpmn_id, event_definition=NoneEventDefinition(), **self.bpmn_attributes
        )


class OneStart(OneEvent, StartEventParser):
    def create_task(self) -> Any:
        element = self.process_parser.parser.elements[self.bpmn_id]
        if element.scope in self.process_parser.parser.triggered:
            self.spec_class = TriggerEvent
        return super().create_task()


class OneEnd(OneEvent, EndEventParser): ...


class OneInside(OneElement):
    def create_task(self) -> Any:
        if self.bpmn_id in self.process_parser.parser.triggered:
            self.spec_class = EventSubprocess
        return self.spec_class(self.spec, self.bpmn_id, bpmn_name=self.node.get("name"), lane=self.lane)


class FlatProcess(ProcessParser):
    """All scopes of a process in one specification: ids are unique in the document."""

    def create_spec(self) -> ProcessSpec:
        return ProcessSpec(self.bpmn_id, self.get_name(), self.filename)

    def add_tasks(self) -> None:
        outline: Outline = self.parser.outline
        # Not by the library's index of ids: a form field may have the id of a gateway.
        for node in outline.nodes.values():
            self.parse_node(node.xml)
        specs = self.spec.task_specs
        for node in outline.nodes.values():
            if node.marker is not None:
                self._wrap(node)
        for flow in self.parser.flows.values():
            source, target = specs[flow.source], specs[flow.target]
            source.connect(target)
            source.leaving = (*source.leaving, (flow, target))
            if hasattr(target, "arriving"):
                target.arriving = (*target.arriving, flow.id)
        for node in outline.nodes.values():
            spec = specs[node.id]
            spec.attached = tuple(specs[each.id] for each in node.attached)
            if isinstance(spec, TriggerEvent) and node.scope.node is not None:
                spec.starts = specs[node.scope.node.id]
            if isinstance(spec, InclusiveGateway) and len(spec.arriving) > 1:
                spec.joins, spec.reach = True, _reach(node)
            spec.watches = node.event_kind == "condition"
        for start in outline.root.starts:
            self.spec.start.connect(specs[start.id])

    def _wrap(self, node: Node) -> None:
        """The marker of an activity runs around it."""
        specs = self.spec.task_specs
        body: Step = specs.pop(node.id)
        body.name = f"{node.id}#"
        specs[body.name] = body
        element: Element = body.element
        class_ = LoopTask if element.loop is not None and not element.loop.is_multi else MultiInstance
        around = class_(self.spec, node.id, bpmn_name=node.name, lane=element.lane)
        around.element, around.body = element, body


def _reach(join: Node) -> Mapping[str, frozenset[str]]:
    """element -> the flows into an inclusive join that a token there can reach without passing it."""
    reach: dict[str, set[str]] = {}
    for arrow in join.incoming:
        seen, pending = {join.id}, [arrow.source]
        while pending:
            node = pending.pop()
            if node.id in seen:
                continue
            seen.add(node.id)
            reach.setdefault(node.id, set()).add(arrow.id)
            pending.extend(each.source for each in node.incoming)
            if node.host is not None:
                pending.append(node.host)
    return {name: frozenset(flows) for name, flows in reach.items()}


_PARSERS: Final[Mapping[str, type]] = {
    "startEvent": OneStart,
    "endEvent": OneEnd,
    "intermediateCatchEvent": OneEvent,
    "intermediateThrowEvent": OneEvent,
    "boundaryEvent": OneEvent,
    "userTask": OneTask,
    "manualTask": OneTask,
    "task": OneTask,
    "scriptTask": OneScript,
    "serviceTask": OneTask,
    "businessRuleTask": OneInside,
    "sendTask": OneEvent,
    "receiveTask": OneEvent,
    "exclusiveGateway": OneChoice,
    "parallelGateway": OneGateway,
    "inclusiveGateway": OneChoice,
    "eventBasedGateway": OneInside,
    "subProcess": OneInside,
    "transaction": OneInside,
    "callActivity": OneInside,
}


class DiagramParser(BpmnParser):
    PROCESS_PARSER_CLASS = FlatProcess
    OVERRIDE_PARSER_CLASSES = {full_tag(tag): (parser, SPEC_CLASSES[tag]) for tag, parser in _PARSERS.items()}

    def __init__(self, outline: Outline, elements: Mapping[str, Element], flows: Mapping[str, Flow]) -> None:
        super().__init__()
        self.outline = outline
        self.elements = elements
        self.flows = flows
        self.triggered = {scope.id for scope in outline.scopes if scope.kind == "event_subprocess"}


def make_spec(outline: Outline, elements: Mapping[str, Element], flows: Mapping[str, Flow]) -> ProcessSpec:
    """The specification of a process that the lint has accepted."""
    parser = DiagramParser(outline, elements, flows)
    parser.create_parser(outline.xml)
    spec: ProcessSpec = parser.get_spec(outline.id)
    return spec
