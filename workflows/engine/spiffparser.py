"""Our subclasses of SpiffWorkflow's parser: diagram -> process specification.

The library's parser follows the flows recursively (1,000 tasks in a row exhaust the stack), sorts
them by their place in the picture and never sees what cannot be reached. Ours makes every element
first and then connects them, flow by flow, in the order of the file."""

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
from .kernel import SPEC_CLASSES, ProcessSpec


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


class OneStart(OneElement, StartEventParser):
    def create_task(self) -> Any:
        return self.spec_class(
            self.spec, self.bpmn_id, event_definition=NoneEventDefinition(), **self.bpmn_attributes
        )


class OneEnd(OneElement, EndEventParser):
    def create_task(self) -> Any:
        return self.spec_class(
            self.spec, self.bpmn_id, event_definition=NoneEventDefinition(), **self.bpmn_attributes
        )


class FlatProcess(ProcessParser):
    def create_spec(self) -> ProcessSpec:
        return ProcessSpec(self.bpmn_id, self.get_name(), self.filename)

    def add_tasks(self) -> None:
        # Not by the library's index of ids: a form field may have the id of a gateway.
        for child in self.node:
            if child.tag in self.parser.OVERRIDE_PARSER_CLASSES and child.get("id") in self.parser.elements:
                self.parse_node(child)
        specs = self.spec.task_specs
        for flow in self.parser.flows.values():
            source, target = specs[flow.source], specs[flow.target]
            source.connect(target)
            source.leaving = (*source.leaving, (flow, target))
            if hasattr(target, "arriving"):
                target.arriving = (*target.arriving, flow.id)
        self.spec.start.connect(specs[self.parser.start])


_PARSERS: Final[Mapping[str, type]] = {
    "startEvent": OneStart,
    "endEvent": OneEnd,
    "userTask": OneTask,
    "scriptTask": OneScript,
    "serviceTask": OneTask,
    "exclusiveGateway": OneChoice,
    "parallelGateway": OneGateway,
}


class DiagramParser(BpmnParser):
    PROCESS_PARSER_CLASS = FlatProcess
    OVERRIDE_PARSER_CLASSES = {full_tag(tag): (parser, SPEC_CLASSES[tag]) for tag, parser in _PARSERS.items()}

    def __init__(self, elements: Mapping[str, Element], flows: Mapping[str, Flow], start: str) -> None:
        super().__init__()
        self.elements = elements
        self.flows = flows
        self.start = start


def make_spec(
    process: Any, elements: Mapping[str, Element], flows: Mapping[str, Flow], start: str
) -> ProcessSpec:
    """The specification of a process that the lint has accepted."""
    parser = DiagramParser(elements, flows, start)
    parser.create_parser(process)
    spec: ProcessSpec = parser.get_spec(process.get("id"))
    return spec
