"""SpiffWorkflow, used as a marking: our own subclasses of its specs, task and workflow.

The state of a case is the set of live tokens and the variables, not a history. Nothing is
predicted ahead: a token makes the next ones when it completes and is then forgotten. A parallel
join keeps its arrivals per incoming flow in itself, so it is right in loops. Variables live in one
store per scope and are never copied, so a join loses nothing.

The library itself is not patched. Where its own methods would copy data, predict or evaluate
text, the classes here override them; `tests/workflows/engine/test_library.py` fails when the
source of a method we rely on or replace changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, Final, Protocol

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs import defaults as library
from SpiffWorkflow.bpmn.specs.control import BpmnStartTask
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from .definition import Element, Flow

WAITING: Final[int] = TaskState.WAITING
READY: Final[int] = TaskState.READY
ERROR: Final[int] = TaskState.ERROR
FUTURE: Final[int] = TaskState.FUTURE
COMPLETED: Final[int] = TaskState.COMPLETED
LIVE: Final[int] = WAITING | READY | TaskState.STARTED | ERROR


class NoCodeEngine(PythonScriptEngine):
    """The library would run a diagram's text as Python; nothing may ever get that far."""

    def evaluate(self, task: Any, expression: Any, external_context: Any = None) -> Any:
        raise RuntimeError("The library must not evaluate text of a diagram.")

    def execute(self, task: Any, script: Any, external_context: Any = None) -> Any:
        raise RuntimeError("The library must not execute text of a diagram.")


_ENGINE: Final = NoCodeEngine()


class Listener(Protocol):
    """What the marking tells about itself; the case keeps it as events."""

    def entered(self, token: Token) -> None: ...

    def completed(self, token: Token) -> None: ...

    def taken(self, token: Token, flow: Flow) -> None: ...

    def run_script(self, token: Token) -> None: ...

    def run_service(self, token: Token) -> None: ...

    def choose(self, token: Token) -> Flow: ...


class Token(Task):
    """One live place in the diagram. All tokens hang directly on the root; there is no tree."""

    def __init__(
        self, workflow: Marking, task_spec: Any, number: int, state: int, flow: str | None = None
    ) -> None:
        self.id = number
        self.workflow = workflow
        self.task_spec = task_spec
        self.came_by = flow
        self.internal_data: dict[str, Any] = {}
        self.triggered = False
        self.thread_id = 0
        self.last_state_change = 0.0
        self._parent = None
        self._children: list[int] = []
        self._state = state

    @property
    def data(self) -> dict[str, Any]:
        """The variables of the scope; the library's own copies are dropped by the setter."""
        return self.workflow.variables  # type: ignore[no-any-return]

    @data.setter
    def data(self, value: Any) -> None: ...

    def _inherit_data(self) -> None: ...

    def _set_state(self, value: int) -> None:
        self._state = value

    def collect_log_extras(self, dct: Any = None) -> dict[str, Any]:
        return {}

    @property
    def element(self) -> Element:
        return self.task_spec.element  # type: ignore[no-any-return]


class Step(TaskSpec):
    """What all our specs share: no prediction, no copied data, children by sequence flow."""

    element: Element
    leaving: tuple[tuple[Flow, Any], ...] = ()
    manual: bool

    def _predict(self, my_task: Token, *ignored: Any, **also_ignored: Any) -> None: ...

    def _update(self, my_task: Token) -> None:
        if self._update_hook(my_task):
            my_task._ready()

    def _update_hook(self, my_task: Token) -> bool:
        return True

    def _on_ready(self, my_task: Token) -> None:
        my_task.workflow.is_ready(my_task)

    def _on_complete(self, my_task: Token) -> None:
        workflow: Marking = my_task.workflow
        workflow.listener.completed(my_task)
        workflow.forget(my_task)
        for flow, target in self.flows_to_take(my_task):
            workflow.listener.taken(my_task, flow)
            workflow.put(target, flow.id)

    def flows_to_take(self, my_task: Token) -> tuple[tuple[Flow, Any], ...]:
        return self.leaving


class Root(Step, BpmnStartTask):
    """Where the library wants a tree to begin. It is always complete."""


class StartEvent(Step, library.StartEvent):
    def _run_hook(self, my_task: Token) -> bool:
        return True


class EndEvent(Step, library.EndEvent):
    def _run_hook(self, my_task: Token) -> bool:
        return True


class UserTask(Step, library.UserTask):
    def _run_hook(self, my_task: Token) -> bool:
        return True


class ScriptTask(Step, library.ScriptTask):
    def _run_hook(self, my_task: Token) -> bool:
        my_task.workflow.listener.run_script(my_task)
        return True


class ServiceTask(Step, library.ServiceTask):
    def _run_hook(self, my_task: Token) -> bool:
        my_task.workflow.listener.run_service(my_task)
        return True


class ExclusiveGateway(Step, library.ExclusiveGateway):
    """Takes the first flow whose condition holds, in the order of the file, else the default."""

    def _run_hook(self, my_task: Token) -> bool:
        chosen = my_task.workflow.listener.choose(my_task)
        my_task.internal_data["chosen"] = chosen.id
        return True

    def flows_to_take(self, my_task: Token) -> tuple[tuple[Flow, Any], ...]:
        chosen = my_task.internal_data["chosen"]
        return tuple(pair for pair in self.leaving if pair[0].id == chosen)


class ParallelGateway(Step, library.ParallelGateway):
    """The waiting join is one token that holds its arrivals per incoming flow; surplus arrivals
    stay for the next round."""

    arriving: tuple[str, ...] = ()

    def _update_hook(self, my_task: Token) -> bool:
        if len(self.arriving) < 2:
            return True
        workflow: Marking = my_task.workflow
        waiting = workflow.waiting_at(self)
        arrivals = dict(waiting.internal_data["arrivals"]) if waiting is not None else {}
        arrivals[my_task.came_by] = arrivals.get(my_task.came_by, 0) + 1
        if all(flow in arrivals for flow in self.arriving):
            left = {flow: count - 1 for flow, count in arrivals.items() if count > 1}
            if waiting is not None and left:
                waiting.internal_data["arrivals"] = left
            elif waiting is not None:
                workflow.forget(waiting)
            return True
        if waiting is not None:
            waiting.internal_data["arrivals"] = arrivals
            workflow.forget(my_task)
        else:
            my_task.internal_data["arrivals"] = arrivals
            my_task._set_state(WAITING)
        return False

    def _run_hook(self, my_task: Token) -> bool:
        return True


class ProcessSpec(BpmnProcessSpec):
    """A process whose only helper element is the root, under a name no diagram can use."""

    ROOT: Final = "<root>"

    def __init__(self, name: str, description: str | None = None, filename: str | None = None) -> None:
        super().__init__(name=name, description=description, filename=filename)
        # The library's own "Start", "End" and "EndJoin" would collide with such ids in a diagram.
        self.task_specs.clear()
        self.end = None
        self.start = Root(self, self.ROOT)


class Marking(BpmnWorkflow):
    """The live tokens and the variables of one case."""

    def __init__(self, spec: ProcessSpec, listener: Listener) -> None:
        super().__init__(spec, script_engine=_ENGINE, deserializing=True)
        self.listener = listener
        self.variables: dict[str, Any] = {}
        self.next_number = 1
        self.agenda: deque[Token] = deque()
        self.task_tree = Token(self, spec.start, 0, COMPLETED)

    def put(self, spec: Any, flow: str | None = None) -> Token:
        """A new token arrives at an element."""
        token = Token(self, spec, self.next_number, FUTURE, flow)
        self.next_number += 1
        self.tasks[token.id] = token
        spec._update(token)
        return token

    def is_ready(self, token: Token) -> None:
        self.listener.entered(token)
        if not token.task_spec.manual:
            self.agenda.append(token)

    def forget(self, token: Token) -> None:
        self.tasks.pop(token.id, None)

    def waiting_at(self, spec: Any) -> Token | None:
        for token in self.tasks.values():
            if token.task_spec is spec and token._state == WAITING:
                return token  # type: ignore[no-any-return]
        return None

    def is_completed(self) -> bool:
        return not self.tasks

    def collect_log_extras(self, dct: Any = None) -> dict[str, Any]:
        return {}


SPEC_CLASSES: Final[Mapping[str, type]] = {
    "startEvent": StartEvent,
    "endEvent": EndEvent,
    "userTask": UserTask,
    "scriptTask": ScriptTask,
    "serviceTask": ServiceTask,
    "exclusiveGateway": ExclusiveGateway,
    "parallelGateway": ParallelGateway,
}
