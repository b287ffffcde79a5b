"""SpiffWorkflow, used as a marking: our own subclasses of its task and workflow, and what all specs share.

The state of a case is the set of live tokens and the variables, not a history. Nothing is
predicted ahead: a token makes the next ones when it completes and is then forgotten. A join keeps
its arrivals per incoming flow in itself, so it is right in loops. Subprocesses, called processes
and elements of multi-instances are frames (`frames`); variables live in them and are never copied.

The library itself is not patched. Where its own methods would copy data, predict or evaluate
text, the classes here override them; `tests/workflows/engine/test_library.py` fails when the
source of a method we rely on or replace changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BpmnStartTask
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from .definition import Definition, Element, Flow
from .frames import PROCESS, Frame

WAITING: Final[int] = TaskState.WAITING
READY: Final[int] = TaskState.READY
ERROR: Final[int] = TaskState.ERROR
FUTURE: Final[int] = TaskState.FUTURE
COMPLETED: Final[int] = TaskState.COMPLETED


class NoCodeEngine(PythonScriptEngine):
    """The library would run a diagram's text as Python; nothing may ever get that far."""

    def evaluate(self, task: Any, expression: Any, external_context: Any = None) -> Any:
        raise RuntimeError("The library must not evaluate text of a diagram.")

    def execute(self, task: Any, script: Any, external_context: Any = None) -> Any:
        raise RuntimeError("The library must not execute text of a diagram.")


_ENGINE: Final = NoCodeEngine()


class Listener(Protocol):
    """What the marking tells about itself and asks for; the case answers."""

    def entered(self, token: Token) -> None: ...

    def completed(self, token: Token) -> None: ...

    def taken(self, token: Token, flow: Flow) -> None: ...

    def cancelled(self, token: Token) -> None: ...

    def fails_to_enter(self, token: Token, error: Exception) -> None: ...

    def run_script(self, token: Token) -> None: ...

    def run_service(self, token: Token) -> None: ...

    def settle_call(self, token: Token) -> dict[str, Any]: ...

    def decide(self, token: Token) -> None: ...

    def choose(self, token: Token) -> Flow: ...

    def choose_all(self, token: Token) -> tuple[Flow, ...]: ...

    def throw(self, token: Token) -> None: ...

    def settle_event(self, token: Token) -> dict[str, Any]: ...

    def call(self, token: Token) -> tuple[Definition, dict[str, Any]]: ...

    def come_back(self, token: Token, frame: Frame) -> None: ...

    def items_of(self, token: Token) -> tuple[int, list[Any] | None]: ...

    def gather(self, token: Token, frame: Frame) -> Any: ...

    def is_enough(self, token: Token, done: int, total: int) -> bool: ...

    def results(self, token: Token, gathered: list[Any]) -> None: ...

    def goes_on(self, token: Token, rounds: int) -> bool: ...


class Token(Task):
    """One live place in the diagram. All tokens hang directly on the root; there is no tree."""

    def __init__(
        self,
        workflow: Marking,
        task_spec: Any,
        number: int,
        state: int,
        frame: Frame,
        flow: str | None = None,
    ) -> None:
        self.id = number
        self.workflow = workflow
        self.task_spec = task_spec
        self.frame = frame
        self.came_by = flow
        self.internal_data: dict[str, Any] = {}
        self.triggered = False
        self.thread_id = 0
        self.last_state_change = 0.0
        self._parent = None
        self._children: list[int] = []
        self._state = state

    @property
    def data(self) -> Any:
        """The variables of the frame; the library's own copies are dropped by the setter."""
        return self.frame.variables

    @data.setter
    def data(self, value: Any) -> None: ...

    def _inherit_data(self) -> None: ...

    def _set_state(self, value: int) -> None:
        # The library's "started" is one more way to wait.
        self._state = WAITING if value == TaskState.STARTED else value

    def collect_log_extras(self, dct: Any = None) -> dict[str, Any]:
        return {}

    @property
    def element(self) -> Element:
        return self.task_spec.element  # type: ignore[no-any-return]

    @property
    def keeps_open(self) -> bool:
        """Whether the frame waits for it: the start of an event subprocess counts only once it has fired."""
        return not self.task_spec.is_trigger or "fired" in self.internal_data


class Step(TaskSpec):
    """What all our specs share: no prediction, no copied data, children by sequence flow."""

    element: Element
    leaving: tuple[tuple[Flow, Any], ...] = ()
    attached: tuple[Any, ...] = ()  # the boundary events of an activity
    is_trigger = False  # waits for the start of an event subprocess, and keeps no frame open
    joins = False  # an inclusive join: looked at when nothing else can move
    watches = False  # a conditional event: the same
    manual: bool

    def _predict(self, my_task: Token, *ignored: Any, **also_ignored: Any) -> None: ...

    def _update(self, my_task: Token) -> None:
        """A token has arrived. What fails here has changed nothing: expressions come first."""
        if self.attached:
            my_task.workflow.arm(my_task, self.attached)
        if self._update_hook(my_task):
            my_task._ready()

    def _update_hook(self, my_task: Token) -> bool:
        return True

    def _on_ready(self, my_task: Token) -> None:
        my_task.workflow.is_ready(my_task)

    def _run_hook(self, my_task: Token) -> bool | None:
        return True

    def _on_complete(self, my_task: Token) -> None:
        workflow: Marking = my_task.workflow
        workflow.listener.completed(my_task)
        if my_task.id not in workflow.tasks:
            return  # what it did ended its own frame
        workflow.forget(my_task)
        if self.attached:
            workflow.disarm(my_task)
        for flow, target in self.flows_to_take(my_task):
            workflow.listener.taken(my_task, flow)
            workflow.put(target, my_task.frame, flow.id)

    def flows_to_take(self, my_task: Token) -> tuple[tuple[Flow, Any], ...]:
        return self.leaving


class Root(Step, BpmnStartTask):
    """Where the library wants a tree to begin. It is always complete."""


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
    """The live tokens and frames of one case."""

    def __init__(self, definition: Definition, listener: Listener) -> None:
        super().__init__(definition._spec, script_engine=_ENGINE, deserializing=True)
        self.listener = listener
        self.root = Frame(0, PROCESS, definition.key, definition, None, {})
        self.frames: dict[int, Frame] = {0: self.root}
        self.next_number = 1
        self.agenda: deque[Token] = deque()
        # What is looked at when nothing else can move, and frames from which the last token may be gone.
        self.joins: dict[int, Token] = {}
        self.watched: dict[int, Token] = {}
        self._left: dict[int, Frame] = {}
        self.task_tree = Token(self, definition._spec.start, 0, COMPLETED, self.root)

    # -- tokens

    def put(self, spec: Any, frame: Frame, flow: str | None = None, **internal: Any) -> Token:
        """A new token arrives at an element."""
        token = Token(self, spec, self._number(), FUTURE, frame, flow)
        if internal:
            token.internal_data.update(internal)
        self.add(token)
        self.enter(token)
        return token

    def _number(self) -> int:
        number = self.next_number
        self.next_number += 1
        return number

    def add(self, token: Token) -> None:
        """Take a token in, as it arrives or as it is loaded."""
        self.tasks[token.id] = token
        spec, frame = token.task_spec, token.frame
        frame.tokens[token.id] = token
        if token.keeps_open:
            frame.open += 1
        if spec.joins:
            self.joins[token.id] = token
        elif spec.watches:
            self.watched[token.id] = token

    def enter(self, token: Token) -> None:
        """Let an arrived token begin; what fails at the door is held there."""
        try:
            token.task_spec._update(token)
        except Exception as error:
            self.drop_inside(token)
            self.disarm(token)
            self.listener.fails_to_enter(token, error)

    def is_ready(self, token: Token) -> None:
        self.listener.entered(token)
        if not token.task_spec.manual:
            self.agenda.append(token)

    def wake(self, token: Token) -> None:
        """A waiting token goes on by itself."""
        token._set_state(READY)
        self.agenda.append(token)

    def forget(self, token: Token) -> None:
        if self.tasks.pop(token.id, None) is None:
            return
        self.joins.pop(token.id, None)
        self.watched.pop(token.id, None)
        frame = token.frame
        del frame.tokens[token.id]
        if token.keeps_open:
            frame.open -= 1
            if not frame.open:
                self._left[frame.number] = frame

    def cancel_token(self, token: Token) -> None:
        """Take a token away with everything inside it and on its border."""
        if token.id not in self.tasks:
            return
        self.forget(token)
        self.listener.cancelled(token)
        self.drop_inside(token)
        if token.task_spec.attached:
            self.disarm(token)

    def cancel_rest(self, frame: Frame, but: Token) -> None:
        """Cancel everything in a frame except one token."""
        for token in list(frame.tokens.values()):
            if token is not but:
                self.cancel_token(token)

    def waiting_at(self, spec: Any, frame: Frame) -> Token | None:
        for token in frame.tokens.values():
            if token.task_spec is spec and token._state == WAITING:
                return token
        return None

    # -- frames

    def open_frame(
        self,
        kind: str,
        host: Token,
        local: dict[str, Any],
        *,
        definition: Definition | None = None,
        index: int = 0,
    ) -> Frame:
        """The inside of an activity begins to run."""
        scope = definition.key if definition is not None else host.element.id
        frame = Frame(self._number(), kind, scope, definition or host.frame.definition, host, local, index)
        self.frames[frame.number] = frame
        host.internal_data.setdefault("in", []).append(frame.number)
        return frame

    def begin(self, frame: Frame, start: str | None = None) -> None:
        """Arm what can start event subprocesses, and let a token begin at the start."""
        specs = frame.definition._spec.task_specs
        for trigger in frame.definition.scopes[frame.scope].triggers:
            self.put(specs[trigger], frame)
        if start is not None:
            self.put(specs[start], frame)

    def frames_of(self, token: Token) -> list[Frame]:
        return [self.frames[number] for number in token.internal_data.get("in", ())]

    def drop_frame(self, frame: Frame) -> None:
        """Cancel what still is in a frame, and forget it."""
        for token in list(frame.tokens.values()):
            self.cancel_token(token)
        self.frames.pop(frame.number, None)
        self._left.pop(frame.number, None)
        if frame.host is not None:
            inside = frame.host.internal_data.get("in")
            if inside is not None and frame.number in inside:
                inside.remove(frame.number)
                if not inside:
                    del frame.host.internal_data["in"]

    def drop_inside(self, token: Token) -> None:
        for frame in self.frames_of(token):
            self.drop_frame(frame)

    def settle(self) -> None:
        """End the frames whose last token is gone; what they belong to goes on."""
        while self._left:
            _, frame = self._left.popitem()
            if frame.open or frame.done or frame.number not in self.frames:
                continue
            frame.done = True
            for token in list(frame.tokens.values()):
                self.cancel_token(token)  # triggers only
            host = frame.host
            if host is not None and host._state == WAITING:
                self.wake(host)

    # -- events

    def arm(self, host: Token, events: Iterable[Any]) -> None:
        """Let the boundary events of an activity wait."""
        for spec in events:
            self._arm(spec, host.frame, {"on": host.id})

    def _arm(self, spec: Any, frame: Frame, internal: dict[str, Any]) -> None:
        token = Token(self, spec, self._number(), FUTURE, frame)
        token.internal_data.update(internal)
        token.internal_data.update(self.listener.settle_event(token))
        token._set_state(WAITING)
        self.add(token)
        self.listener.entered(token)

    def rearm(self, token: Token, **internal: Any) -> None:
        """A non-interrupting event waits again, beside what it has started."""
        kept = {"on": token.internal_data["on"]} if "on" in token.internal_data else {}
        self._arm(token.task_spec, token.frame, {**kept, **internal})

    def disarm(self, host: Token) -> None:
        for token in list(host.frame.tokens.values()):
            if token.internal_data.get("on") == host.id:
                self.cancel_token(token)

    def fire(self, token: Token) -> None:
        """What a waiting event waits for has happened: it interrupts what it must and goes on."""
        if not token.keeps_open:
            token.frame.open += 1
        token.internal_data["fired"] = True
        token.task_spec.interrupt(token)
        self.wake(token)

    def catcher(self, token: Token, kind: str, code: str | None) -> Token | None:
        """The innermost waiting event that catches an error, an escalation or a cancel thrown at a token."""
        for around in self._catchers(token):
            found = [each for each in around if _catches(each, kind, code)]
            if found:
                return min(found, key=_catches_all)
        return None

    def caught(self, token: Token, kind: str) -> Iterator[str | None]:
        """The codes that would be caught if they were thrown at a token; None catches all."""
        for around in self._catchers(token):
            for each in around:
                event = each.element.event
                if event is not None and _catches(each, kind, event.ref):
                    yield event.ref

    def _catchers(self, token: Token) -> Iterator[list[Token]]:
        """What might catch something that is thrown at a token, the innermost first."""
        on = token
        while True:
            around = on.frame.tokens.values()
            yield [each for each in around if each.internal_data.get("on") == on.id]
            # What an event subprocess throws is not caught by its siblings or itself, but outside.
            if on.element.kind != "event_subprocess":
                yield [each for each in around if each.task_spec.is_trigger]
            if on.frame.host is None:
                return
            on = on.frame.host

    # -- the library

    def is_completed(self) -> bool:
        return not self.tasks

    def collect_log_extras(self, dct: Any = None) -> dict[str, Any]:
        return {}


def _catches(token: Token, kind: str, code: str | None) -> bool:
    event = token.element.event
    return (
        token._state == WAITING
        and event is not None
        and event.kind == kind
        and event.ref in (None, code)
        and (token.task_spec.is_trigger or "on" in token.internal_data)
    )


def _catches_all(token: Token) -> bool:
    return token.element.event is not None and token.element.event.ref is None
