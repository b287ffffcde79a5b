"""What we rely on in SpiffWorkflow, and what our classes replace, is as it was when we read it.

The kernel overrides methods of the library instead of patching it. If one of them changes, this
test fails, and whoever upgrades reads the new source before accepting its fingerprint."""

import hashlib
import inspect
from importlib.metadata import version

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.node_parser import NodeParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import ScriptTaskParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec, defaults
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from workflows.engine import kernel, specs

WHAT_WE_READ = {
    # replaced by Token
    Task.__init__: "5d98d6df6c60", Task._inherit_data: "881f3fbdcf64", Task._set_state: "86c4c1d22dc9",
    # used by Token
    Task.run: "976c46e260fe", Task.complete: "3ad34f7ae962", Task.error: "2a089827d0ed", Task._ready: "4c051bb2c2a3",
    # replaced by Step
    TaskSpec._predict: "e205cac4587d", TaskSpec._update: "6b138d31ca68", TaskSpec._update_hook: "8e93b378bc2b", TaskSpec._on_ready: "c0c43ec078d3", TaskSpec._on_complete: "95d4b21bfa42",
    BpmnTaskSpec._update_hook: "facd2e4174bc", BpmnTaskSpec._on_complete_hook: "39e47e85a77b",
    # used by Step
    TaskSpec.__init__: "df987d5843e7", TaskSpec._run: "dac36fd70134", TaskSpec._on_error: "2b895f26cae5", TaskSpec.connect: "80f6471ca883", TaskSpec._connect_notify: "5495e0157b49",
    BpmnTaskSpec.__init__: "1345082eb723", BpmnSpecMixin.__init__: "ab73ceb47a80", MultiChoice.connect: "a12066b28bf2", MultiChoice.connect_if: "282a2e754523",
    # the workflow and its specification
    Workflow.__init__: "a179a7573948", BpmnWorkflow.__init__: "3a81d03cfd84", BpmnBaseWorkflow.__init__: "0ab21b97ab24", BpmnProcessSpec.__init__: "4c0511ce1def",
    # the parser
    BpmnParser.create_parser: "447f0096c14a", BpmnParser.get_spec: "a5bcc8efc915", BpmnParser._get_parser_class: "780bbf87cb24", ProcessParser.__init__: "9d98ce925912",
    ProcessParser._parse: "c272afbfbc9f", ProcessParser.parse_node: "d7abbc1abdfd", ProcessParser.add_tasks: "5fe0e22a94f1", TaskParser.parse_node: "49191a06ed4b",
    TaskParser.create_task: "cb437e26d29e", ScriptTaskParser.create_task: "c497cbe95aa9", NodeParser.__init__: "c2b9ec04019d",
}  # fmt: skip


def fingerprint(function):
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:12]


def test_the_version_is_pinned():
    assert version("SpiffWorkflow") == "3.2.0"


@pytest.mark.parametrize("function", WHAT_WE_READ, ids=lambda function: function.__qualname__)
def test_the_source_is_what_we_read(function):
    assert fingerprint(function) == WHAT_WE_READ[function]


def test_the_library_is_not_patched():
    """Everything ours is a subclass: another user of the library in this process would notice nothing."""
    for class_ in (
        Task,
        TaskSpec,
        Workflow,
        BpmnWorkflow,
        BpmnProcessSpec,
        defaults.UserTask,
        defaults.ParallelGateway,
    ):
        for name, value in vars(class_).items():
            module = getattr(value, "__module__", None)
            assert module is None or module.startswith("SpiffWorkflow"), (class_, name)


def test_the_states_are_those_we_store():
    assert (TaskState.WAITING, TaskState.READY, TaskState.COMPLETED, TaskState.ERROR) == (8, 16, 64, 128)


def test_the_library_never_evaluates_text():
    engine = kernel.NoCodeEngine()
    for attempt in (lambda: engine.evaluate(None, "1"), lambda: engine.execute(None, "1")):
        with pytest.raises(RuntimeError):
            attempt()


def test_every_spec_is_ours():
    more = (specs.TriggerEvent, specs.EventSubprocess, specs.MultiInstance, specs.LoopTask)
    ours = (kernel.__name__, specs.__name__)
    for class_ in (*specs.SPEC_CLASSES.values(), *more):
        assert issubclass(class_, kernel.Step), class_
        for method in ("_update", "_update_hook", "_run_hook", "_on_ready", "_on_complete", "_predict"):
            assert getattr(class_, method).__module__ in ours, (class_, method)
