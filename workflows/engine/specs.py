"""How each element runs: our subclasses of SpiffWorkflow's specs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from SpiffWorkflow.bpmn.specs import defaults as library
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from .errors import EngineError
from .frames import EACH, PROCESS, ROUND, SCOPE, Frame
from .kernel import WAITING, Marking, Step, Token


class StartEvent(Step, library.StartEvent): ...


class UserTask(Step, library.UserTask): ...


class ManualTask(Step, library.ManualTask): ...


class PlainTask(Step, library.NoneTask): ...


class ScriptTask(Step, library.ScriptTask):
    def _run_hook(self, my_task: Token) -> bool:
        my_task.workflow.listener.run_script(my_task)
        return True


class ServiceTask(Step, library.ServiceTask):
    """Runs an operation in its step; one with an effect outside waits until the answer is there."""

    def _update_hook(self, my_task: Token) -> bool:
        if not self.element.outside:
            return True
        workflow: Marking = my_task.workflow
        my_task.internal_data["call"] = workflow.listener.settle_call(my_task)
        my_task._set_state(WAITING)
        workflow.listener.entered(my_task)
        return False

    def _run_hook(self, my_task: Token) -> bool:
        if not self.element.outside:
            my_task.workflow.listener.run_service(my_task)
        return True


class BusinessRuleTask(Step, BpmnSpecMixin):
    def _run_hook(self, my_task: Token) -> bool:
        my_task.workflow.listener.decide(my_task)
        return True


# -- gateways


class ExclusiveGateway(Step, library.ExclusiveGateway):
    """Takes the first flow whose condition holds, in the order of the file, else the default."""

    def _run_hook(self, my_task: Token) -> bool:
        my_task.internal_data["chosen"] = my_task.workflow.listener.choose(my_task).id
        return True

    def flows_to_take(self, my_task: Token) -> tuple[tuple[Any, Any], ...]:
        chosen = my_task.internal_data["chosen"]
        return tuple(pair for pair in self.leaving if pair[0].id == chosen)


class Join(Step):
    """The waiting join is one token that holds its arrivals per incoming flow; surplus arrivals
    stay for the next round."""

    arriving: tuple[str, ...] = ()

    def _arrive(self, my_task: Token) -> Token | None:
        """Count an arrival. Gives the token that waits here now, None if nothing is joined here."""
        if len(self.arriving) < 2 or my_task.internal_data.pop("passed", False):
            return None
        workflow: Marking = my_task.workflow
        waiting = workflow.waiting_at(self, my_task.frame)
        if waiting is None:
            waiting = my_task
            waiting.internal_data["arrivals"] = {}
            waiting._set_state(WAITING)
            workflow.listener.entered(waiting)
        arrivals = waiting.internal_data["arrivals"]
        arrivals[my_task.came_by] = arrivals.get(my_task.came_by, 0) + 1
        return waiting

    def _leave(self, waiting: Token) -> None:
        """One arrival of each flow goes on; what is left waits for the next round."""
        arrivals = waiting.internal_data.pop("arrivals")
        left = {flow: count - 1 for flow, count in arrivals.items() if count > 1}
        if left:
            workflow: Marking = waiting.workflow
            rest = Token(workflow, self, workflow._number(), WAITING, waiting.frame)
            rest.internal_data["arrivals"] = left
            workflow.add(rest)


class ParallelGateway(Join, library.ParallelGateway):
    def _update_hook(self, my_task: Token) -> bool:
        waiting = self._arrive(my_task)
        if waiting is None:
            return True
        if waiting is not my_task:
            my_task.workflow.forget(my_task)
        if len(waiting.internal_data["arrivals"]) == len(self.arriving):
            self._leave(waiting)
            my_task.workflow.wake(waiting)
        return False


class InclusiveGateway(Join, library.InclusiveGateway):
    """A join waits while a token elsewhere can still reach an empty incoming flow and no full one
    without passing here (BPMN 2.0, table 13.3). That is looked at when nothing automatic is left."""

    reach: Mapping[str, frozenset[str]]  # element -> the flows into this join that it can reach

    def _update_hook(self, my_task: Token) -> bool:
        waiting = self._arrive(my_task)
        if waiting is None:
            return True
        if waiting is not my_task:
            my_task.workflow.forget(my_task)
        return False

    def is_ripe(self, waiting: Token) -> bool:
        full = waiting.internal_data["arrivals"].keys()
        for token in waiting.frame.tokens.values():
            if token.task_spec is self or "on" in token.internal_data:
                continue
            reached = self.reach.get(token.task_spec.element.id)
            if reached and reached.isdisjoint(full):
                return False
        return True

    def go_on(self, waiting: Token) -> None:
        self._leave(waiting)
        waiting.workflow.wake(waiting)

    def _run_hook(self, my_task: Token) -> bool:
        my_task.internal_data["chosen"] = [flow.id for flow in my_task.workflow.listener.choose_all(my_task)]
        return True

    def flows_to_take(self, my_task: Token) -> tuple[tuple[Any, Any], ...]:
        chosen = my_task.internal_data["chosen"]
        return tuple(pair for pair in self.leaving if pair[0].id in chosen)


class EventGateway(Step, BpmnSpecMixin):
    """Each branch waits by itself; the first one that fires cancels the others."""

    def _on_complete(self, my_task: Token) -> None:
        workflow: Marking = my_task.workflow
        workflow.listener.completed(my_task)
        workflow.forget(my_task)
        for flow, target in self.leaving:
            workflow.put(target, my_task.frame, flow.id, race=my_task.id)


# -- events


class Catching(Step):
    """Waits until `Marking.fire` is called; the library never fires anything."""

    def _update_hook(self, my_task: Token) -> bool:
        if self.element.event is None or self.element.event.kind == "link":
            return True
        workflow: Marking = my_task.workflow
        my_task.internal_data.update(workflow.listener.settle_event(my_task))
        my_task._set_state(WAITING)
        workflow.listener.entered(my_task)
        return False

    def interrupt(self, my_task: Token) -> None:
        race = my_task.internal_data.get("race")
        if race is not None:
            workflow: Marking = my_task.workflow
            for token in list(my_task.frame.tokens.values()):
                if token is not my_task and token.internal_data.get("race") == race:
                    workflow.cancel_token(token)

    @staticmethod
    def _again(my_task: Token) -> dict[str, Any] | None:
        """What a non-interrupting event needs to wait again; None if it happens once."""
        event, internal = my_task.element.event, my_task.internal_data
        kind = event.kind if event is not None else ""
        if kind == "condition":
            return {"was": True}
        if kind == "timer":
            left = internal.get("left")
            if left is None or left == 1:
                return None
            kept = {"timer": internal["timer"], "left": left - 1 if left > 0 else left}
            return {**kept, "round": internal.get("round", 0) + 1, "after": internal.get("due")}
        return {}


class CatchEvent(Catching, library.IntermediateCatchEvent): ...


class ReceiveTask(Catching, library.ReceiveTask): ...


class BoundaryEvent(Catching, library.BoundaryEvent):
    def __init__(self, wf_spec: Any, bpmn_id: str, event_definition: Any, **attributes: Any) -> None:
        super().__init__(wf_spec, bpmn_id, event_definition, cancel_activity=True, **attributes)

    def interrupt(self, my_task: Token) -> None:
        workflow: Marking = my_task.workflow
        if self.element.interrupting:
            host = workflow.tasks.get(my_task.internal_data.pop("on"))
            if host is not None:
                workflow.cancel_token(host)
            return
        again = self._again(my_task)
        if again is not None:
            workflow.rearm(my_task, **again)
        # What it starts goes on when the activity is done.
        my_task.internal_data.pop("on")


class TriggerEvent(Catching, library.StartEvent):
    """The start of an event subprocess, waiting in the frame around it."""

    is_trigger = True
    starts: Any  # the event subprocess

    def interrupt(self, my_task: Token) -> None:
        workflow: Marking = my_task.workflow
        if self.element.interrupting:
            workflow.cancel_rest(my_task.frame, my_task)
            return
        again = self._again(my_task)
        if again is not None:
            workflow.rearm(my_task, **again)

    def _on_complete(self, my_task: Token) -> None:
        workflow: Marking = my_task.workflow
        workflow.listener.completed(my_task)
        workflow.forget(my_task)
        workflow.put(self.starts, my_task.frame, by=self.element.id)


class Throwing(Step):
    def _run_hook(self, my_task: Token) -> bool:
        event = self.element.event
        kind = event.kind if event is not None else ""
        workflow: Marking = my_task.workflow
        if kind in ("message", "signal"):
            workflow.listener.throw(my_task)
        elif kind in ("error", "escalation", "cancel"):
            code = event.ref if event is not None else None
            caught = workflow.catcher(my_task, kind, code)
            if caught is not None:
                workflow.fire(caught)
            elif kind != "escalation":
                raise EngineError("error_not_caught", code=code or kind)
        elif kind == "terminate":
            workflow.cancel_rest(my_task.frame, my_task)
        return True


class ThrowEvent(Throwing, library.IntermediateThrowEvent): ...


class EndEvent(Throwing, library.EndEvent): ...


class SendTask(Throwing, library.SendTask): ...


# -- what has an inside


class Container(Step, BpmnSpecMixin):
    """An activity whose frame runs; it goes on when nothing is left in there."""

    def _open(self, my_task: Token, *, begins: bool) -> None:
        """Open the frame. Where tokens are placed in it by hand, nothing begins at its start."""
        raise NotImplementedError

    def _update_hook(self, my_task: Token) -> bool:
        my_task._set_state(WAITING)
        my_task.workflow.listener.entered(my_task)
        self._open(my_task, begins=not my_task.internal_data.pop("placed", False))
        return False

    def _run_hook(self, my_task: Token) -> bool | None:
        workflow: Marking = my_task.workflow
        for frame in workflow.frames_of(my_task):
            workflow.drop_frame(frame)
        return True


class Subprocess(Container):
    def _open(self, my_task: Token, *, begins: bool) -> None:
        workflow: Marking = my_task.workflow
        inside = my_task.frame.definition.scopes[self.element.id]
        frame = workflow.open_frame(SCOPE, my_task, dict(inside.local))
        workflow.begin(frame, inside.start if begins else None)


class EventSubprocess(Container):
    def _open(self, my_task: Token, *, begins: bool) -> None:
        """The start event has fired already, outside; the frame begins behind it."""
        workflow: Marking = my_task.workflow
        definition = my_task.frame.definition
        frame = workflow.open_frame(SCOPE, my_task, dict(definition.scopes[self.element.id].local))
        workflow.begin(frame)
        if begins:
            for flow, target in definition._spec.task_specs[my_task.internal_data.pop("by")].leaving:
                workflow.put(target, frame, flow.id)


class CallActivity(Container):
    def _open(self, my_task: Token, *, begins: bool) -> None:
        workflow: Marking = my_task.workflow
        called, values = workflow.listener.call(my_task)
        frame = workflow.open_frame(PROCESS, my_task, values, definition=called)
        workflow.begin(frame, called.start if begins else None)

    def _run_hook(self, my_task: Token) -> bool | None:
        workflow: Marking = my_task.workflow
        for frame in workflow.frames_of(my_task):
            workflow.listener.come_back(my_task, frame)
        return super()._run_hook(my_task)


class MultiInstance(Container):
    """The activity once for each item. Results go out in the order of the list, when all is done."""

    body: Any

    def _update_hook(self, my_task: Token) -> bool:
        total, items = my_task.workflow.listener.items_of(my_task)
        my_task.internal_data["loop"] = {"n": total, "done": 0, "out": {}}
        if not total:
            return True
        my_task._set_state(WAITING)
        my_task.workflow.listener.entered(my_task)
        if self._is_sequential:
            if items is not None:
                my_task.internal_data["items"] = items
            self._begin(my_task, 0, items)
        else:
            for index in range(total):
                self._begin(my_task, index, items)
        return False

    @property
    def _is_sequential(self) -> bool:
        return self.element.loop is not None and self.element.loop.kind == "sequential"

    def _begin(self, my_task: Token, index: int, items: list[Any] | None) -> None:
        workflow: Marking = my_task.workflow
        local: dict[str, Any] = {"loopCounter": index}
        loop = self.element.loop
        if loop is not None and loop.item is not None and items is not None:
            local[loop.item] = items[index]
        workflow.put(self.body, workflow.open_frame(EACH, my_task, local, index=index))

    def _run_hook(self, my_task: Token) -> bool | None:
        workflow, listener = my_task.workflow, my_task.workflow.listener
        loop = my_task.internal_data["loop"]
        frames = [frame for frame in workflow.frames_of(my_task) if frame.done]
        out = dict(loop["out"])
        done, enough = loop["done"], False
        for frame in sorted(frames, key=lambda each: each.index):
            out[str(frame.index)] = listener.gather(my_task, frame)
            done += 1
            enough = enough or listener.is_enough(my_task, done, loop["n"])
        if enough or done == loop["n"]:
            listener.results(my_task, [out[index] for index in sorted(out, key=int)])
            return super()._run_hook(my_task)
        for frame in frames:
            workflow.drop_frame(frame)
        my_task.internal_data["loop"] = {"n": loop["n"], "done": done, "out": out}
        if self._is_sequential:
            self._begin(my_task, done, my_task.internal_data.get("items"))
        return None


class LoopTask(Container):
    """The activity again and again."""

    body: Any

    def _update_hook(self, my_task: Token) -> bool:
        loop = self.element.loop
        if loop is not None and loop.test_before and not my_task.workflow.listener.goes_on(my_task, 0):
            return True
        my_task._set_state(WAITING)
        my_task.workflow.listener.entered(my_task)
        self._begin(my_task, 0)
        return False

    def _begin(self, my_task: Token, rounds: int) -> None:
        workflow: Marking = my_task.workflow
        frame: Frame = workflow.open_frame(ROUND, my_task, {"loopCounter": rounds}, index=rounds)
        workflow.put(self.body, frame)

    def _run_hook(self, my_task: Token) -> bool | None:
        workflow: Marking = my_task.workflow
        for frame in workflow.frames_of(my_task):
            rounds = frame.index + 1
            again = workflow.listener.goes_on(my_task, rounds)
            workflow.drop_frame(frame)
            if again:
                self._begin(my_task, rounds)
                return None
        return True


SPEC_CLASSES: Final[Mapping[str, type]] = {
    "startEvent": StartEvent,
    "endEvent": EndEvent,
    "intermediateCatchEvent": CatchEvent,
    "intermediateThrowEvent": ThrowEvent,
    "boundaryEvent": BoundaryEvent,
    "userTask": UserTask,
    "manualTask": ManualTask,
    "task": PlainTask,
    "scriptTask": ScriptTask,
    "serviceTask": ServiceTask,
    "businessRuleTask": BusinessRuleTask,
    "sendTask": SendTask,
    "receiveTask": ReceiveTask,
    "exclusiveGateway": ExclusiveGateway,
    "parallelGateway": ParallelGateway,
    "inclusiveGateway": InclusiveGateway,
    "eventBasedGateway": EventGateway,
    "subProcess": Subprocess,
    "transaction": Subprocess,
    "callActivity": CallActivity,
}
