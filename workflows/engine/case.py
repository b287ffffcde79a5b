"""One running case: start or load it, complete what waits, save it again.

A case lives for one step of the application: load, one call, save. It is not shared between
threads; the definition under it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from .completing import complete_move
from .definition import Definition, Element, Field, Missed, TimerForm
from .editing import editable, write
from .errors import BpmnError, EngineError, Failure, NotWaiting
from .expressions import Expression, ExpressionError
from .forms import check_completion, check_fields
from .host import Host
from .kernel import ERROR, READY, WAITING, Marking, Token
from .performing import Part, Performer, StepEvent, Thrown, parts_of, path_of
from .placing import Place, Taken, describe_move, place_tokens, token_of
from .showing import shown_fields
from .specs import Catching, Container, Join
from .standing import is_armed
from .state import CANCELLED, COMPLETED, RUNNING, dump, load
from .vocabulary import Type

# Automatic steps in one run; what is left goes on in a transaction of its own.
MAX_STEPS: Final = 300

WaitingKind: TypeAlias = Literal[
    "work_item", "incident", "continuation", "job", "timer", "message", "signal", "condition", "join", "inside", "catcher",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place where the case stands.

    A person's step, a held failure, work left over, or an event that is fired from outside, which
    each have a row in the application; and what only the case itself moves: a join, an activity
    whose inside runs, an event that catches errors."""

    token: str
    element: Element
    kind: WaitingKind
    error: Failure | None = None
    path: str = ""
    parts: tuple[Part, ...] = ()  # which elements of the multi-instances around it, outermost first
    key: Any = None  # with what a message must come
    timer: ArmedTimer | None = None
    arrivals: Mapping[str, int] | None = None  # what a join has, by flow
    params: Mapping[str, Any] | None = None  # with what an operation outside is called

    @property
    def indices(self) -> tuple[int, ...]:
        return tuple(part.index for part in self.parts)


@dataclass(frozen=True, slots=True)
class ArmedTimer:
    """A timer as it was settled when it began to wait. `after` is the moment of the round before."""

    form: TimerForm
    text: str
    round: int = 0
    after: Mapping[str, Any] | None = None
    working_time: bool = False
    missed: Missed = "once"


class Case(Performer):
    """A marking, its variables, and the host it works for."""

    def __init__(self, definition: Definition, host: Host) -> None:
        super().__init__(definition, host)
        self._done = RUNNING

    # -- life

    @classmethod
    def start(
        cls,
        definition: Definition,
        host: Host,
        data: Mapping[str, Any] | None = None,
        *,
        by: str = "",
        start: str | None = None,
    ) -> Case:
        """Begin a case at its plain start, or at the start event that was triggered.

        Data nobody declared is refused (FieldErrors)."""
        begin = start or definition.start
        if begin not in definition.starts or (start is None and definition.elements[begin].event is not None):
            raise EngineError("no_such_start", name=str(begin)[:80])
        case = cls(definition, host)
        values = check_fields(_fields_at(definition, begin), data or {}, around=case._context)
        root = case._marking.root
        root.local.update(values)
        if by:
            root.local["starter"] = by
        case._tell("started", detail={"by": by, "fields": sorted(values)})
        case._marking.begin(root, begin)
        case._advance()
        return case

    @classmethod
    def load(cls, definition: Definition, state: dict[str, Any], host: Host) -> Case:
        """Continue a saved case; nothing moves until it is told to. Takes the state over."""
        case = cls(definition, host)
        case._done = load(case._marking, state)
        return case

    def state(self) -> dict[str, Any]:
        """What to save: plain JSON, in our own format."""
        return dump(self._marking, self._done)

    @property
    def is_completed(self) -> bool:
        return self._done != RUNNING

    @property
    def is_cancelled(self) -> bool:
        return self._done == CANCELLED

    def require_running(self) -> None:
        """Raise NotWaiting for a case that is over."""
        if self.is_completed:
            raise NotWaiting("case_is_over")

    @property
    def variables(self) -> dict[str, Any]:
        """The process data as stored: a decimal is text, a date is ISO text."""
        return self._marking.root.local

    def variables_at(self, token_id: str) -> Mapping[str, Any]:
        """What a step sees: its own names over those around it. Where it is over, those of the case."""
        token = self._marking.tasks.get(int(token_id)) if str(token_id).isdigit() else None
        return token.frame.variables if token is not None else self.variables

    def shown_fields(self, token_id: str, data: Mapping[str, Any]) -> frozenset[str]:
        """The fields of a step's form that are shown with this data."""
        token = self._token(token_id)
        return shown_fields(token.element.form, data, token.frame.variables, self._context)

    def waiting(self) -> list[Waiting]:
        """Everything at which the case stands, in the order of arrival."""
        return [self._waiting(token) for token in self._marking.tasks.values()]

    def _waiting(self, token: Token) -> Waiting:
        internal = token.internal_data
        kind = kind_of(token)
        failure = Failure(**internal["failure"]) if kind == "incident" else None
        timer = None
        if kind == "timer" and token.element.event is not None:
            event = token.element.event
            timer = ArmedTimer(
                event.form,
                internal["timer"],
                internal.get("round", 0),
                internal.get("after"),
                event.working_time,
                event.missed,
            )
        return Waiting(
            str(token.id),
            token.element,
            kind,
            failure,
            path_of(token),
            parts_of(token),
            internal.get("key"),
            timer,
            dict(internal["arrivals"]) if kind == "join" else None,
            internal["call"] if kind == "job" else None,
        )

    # -- what moves it

    def complete(
        self,
        token_id: str,
        data: Mapping[str, Any] | None = None,
        *,
        outcome: str | None = None,
        comment: str | None = None,
        by: str | None = None,
    ) -> None:
        """A person finishes a step. Raises FieldErrors (nothing changed) or NotWaiting.

        `outcome`, `comment` and `by` may also come in `data` where the form has no such field."""
        token = self._token(token_id)
        if token._state != READY or not token.task_spec.manual:
            raise NotWaiting("step_not_open", token=token_id)
        element = token.element
        values = dict(data or {})
        decision = {"outcome": outcome, "comment": comment, "by": by}
        for name, given in decision.items():
            if given is None and name in values and name not in element.data_types:
                decision[name] = values.pop(name)
        values, record = self._checked(
            token, values, decision["outcome"], decision["comment"] or "", decision["by"] or ""
        )
        token.frame.write(values)
        if element.record_type is not None:
            token.frame.write({element.id: record})
        self._begin()
        self._detail = {"outcome": record["outcome"], "by": record["by"], "fields": sorted(values)}
        token.run()
        self._advance()

    def values_of(
        self, token_id: str, data: Mapping[str, Any], *, outcome: str = "", comment: str = "", by: str = ""
    ) -> dict[str, Any]:
        """What finishing a step would take of this data, as it is stored. Raises FieldErrors."""
        return self._checked(self._token(token_id), data, outcome, comment, by)[0]

    def _checked(
        self, token: Token, data: Mapping[str, Any], outcome: str | None, comment: str, by: str
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        at, around = token.frame.variables, self._context
        return check_completion(token.element, data, outcome, comment, by, at, around)

    def fire(
        self,
        token_id: str,
        payload: Mapping[str, Any] | None = None,
        *,
        due: Mapping[str, Any] | None = None,
    ) -> None:
        """A timer is due, a message or signal has come: the only way such an event moves.

        The payload is what the event's form declares. `due` is the moment of a timer
        (`timers.Due.state()`): the next round of a cycle counts from it. Raises FieldErrors or NotWaiting; nothing has changed then."""
        token = self._token(token_id)
        if kind_of(token) not in ("timer", "message", "signal"):
            raise NotWaiting("event_not_waiting", token=token_id)
        values = check_fields(token.element.form, payload or {})
        self._begin()
        token.frame.write(values)
        if due is not None:
            token.internal_data["due"] = dict(due)
        self._tell("fired", token, detail={"fields": sorted(values)})
        self._marking.fire(token)
        self._advance()

    def answer(self, token_id: str, result: Mapping[str, Any] | None = None) -> None:
        """An operation outside has answered: its step is done. Raises NotWaiting.

        An answer that is not what the operation promises holds the step."""
        token = self._called(token_id)
        self._begin()
        try:
            self.take_answer(token, result)
        except EngineError as error:
            self._hold(token, error)
            return
        self._marking.wake(token)
        self._advance()

    def give_up(self, token_id: str, error: Exception) -> None:
        """An operation outside has failed for good: the error event of a BpmnError's code goes on, or the
        step is held. Raises NotWaiting."""
        token = self._called(token_id)
        self._begin()
        code = error.code if isinstance(error, BpmnError) else None
        caught = self._marking.catcher(token, "error", code) if code is not None else None
        if caught is None:
            self._hold(token, error)
            return
        self._tell("failed", token, detail={"error": code})
        self._marking.fire(caught)
        self._advance()

    def retry(self, token_id: str) -> None:
        """Try a held step again."""
        token = self._held(token_id)
        token.internal_data.pop("failure", None)
        self._tell("retried", token)
        self._begin()
        if token.internal_data.pop("enter", False):
            self._marking.enter(token)
        elif _calls_outside(token):
            self._call_again(token)
        else:
            self._marking.wake(token)
        self._advance()

    def _call_again(self, token: Token) -> None:
        """With parameters as they are now: somebody may have mended the data."""
        try:
            token.internal_data["call"] = self.settle_call(token)
        except Exception as error:
            self._hold(token, error)
        else:
            token._set_state(WAITING)
            self.entered(token)

    def skip(self, token_id: str) -> None:
        """Go on behind a held step as if it were done; what it would have set stays unset.

        An event that could not begin to wait counts as having happened."""
        token = self._held(token_id)
        if not _may_be_skipped(token):
            raise EngineError("skip_not_here", name=token.element.name or token.element.id)
        token.internal_data.pop("failure", None)
        token.internal_data.pop("enter", None)
        self._begin()
        self._detail = {"skipped": True}
        self._marking.drop_inside(token)
        self._tell("skipped", token)
        if isinstance(token.task_spec, Catching):
            self._marking.fire(token)
        else:
            token.complete()
        self._advance()

    def fail(self, token_id: str, code: str) -> None:
        """Throw a BPMN error at a step that waits. Refused when nothing would catch it."""
        token = self._token(token_id)
        if is_armed(token):
            raise EngineError("place_belongs_to_other", name=token.element.name or token.element.id)
        caught = self._marking.catcher(token, "error", code)
        if caught is None:
            raise EngineError("error_not_caught", code=code[:80])
        self._begin()
        self._tell("failed", token, detail={"error": code})
        self._marking.fire(caught)
        self._advance()

    # -- what an operator may do where it stands

    def may_skip(self, token_id: str) -> bool:
        return _may_be_skipped(self._held(token_id))

    def catchable(self, token_id: str) -> tuple[str | None, ...]:
        """The codes of errors that would be caught at a step, innermost first; None: any code."""
        token = self._token(token_id)
        return () if is_armed(token) else tuple(dict.fromkeys(self._marking.caught(token, "error")))

    def editable(self, token_id: str) -> dict[str, tuple[Type, Any]]:
        """The data that a held step sees and somebody may mend: name, type, value as it is stored."""
        return editable(self._held(token_id))

    def write(self, token_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Mend data where a held step found it; gives back what is stored now.

        Raises FieldErrors for an unknown name or a value of another type; nothing has changed then."""
        return write(self._held(token_id), values)

    def place(self, *, cancel: Sequence[Taken] = (), at: Sequence[str | Place] = ()) -> None:
        """Move the case: take tokens away, put tokens at elements (see `placing`).

        Raises EngineError, and nothing has changed, where the result would not be sound."""
        self.require_running()
        marking, told = self._copy(), len(self.events)
        try:
            self._tell("placed", detail=describe_move(marking, cancel, at))
            place_tokens(marking, cancel, at)
        except BaseException:
            del self.events[told:]
            raise
        self._marking = marking
        self._advance()

    def complete_move(
        self, cancel: Sequence[Taken] = (), at: Sequence[str | Place] = (), limit: int = 4
    ) -> list[Taken] | None:
        """What must be cancelled too, at most so many, for `place` to accept a move: nothing where it
        does already, None where that does not help. Changes nothing."""
        self.require_running()
        told = len(self.events)
        try:
            return complete_move(self._copy, cancel, at, limit)
        finally:
            del self.events[told:]

    def _copy(self) -> Marking:
        marking = Marking(self.definition, self)
        load(marking, deepcopy(self.state()))
        return marking

    def continue_(self) -> None:
        """Go on with automatic steps that were left over."""
        self._advance()

    def cancel(self) -> None:
        """End the case where it stands."""
        self.require_running()
        marking = self._marking
        marking.tasks.clear()
        marking.root.tokens.clear()
        marking.joins.clear()
        marking.watched.clear()
        marking.agenda.clear()
        marking.frames = {0: marking.root}
        self._done = CANCELLED
        self._tell("ended", detail={"cancelled": True})

    def evaluate(self, expression: Expression, token_id: str | None = None) -> Any:
        """The value of an expression of the diagram, for example of `Assign.person`, where a token stands."""
        at = self._token(token_id).frame if token_id is not None else self._marking.root
        self._context.reads = {}
        return self._value(expression, at.variables)

    def _token(self, token_id: str) -> Token:
        return token_of(self._marking, token_id)

    def _called(self, token_id: str) -> Token:
        token = self._token(token_id)
        if kind_of(token) != "job":
            raise NotWaiting("answer_not_awaited", token=token_id)
        return token

    def _held(self, token_id: str) -> Token:
        token = self._token(token_id)
        if token._state != ERROR:
            raise NotWaiting("step_not_held", token=token_id)
        return token

    # -- automatic steps

    def _advance(self) -> None:
        """Run automatic steps until everything waits, or the budget of this run is used up."""
        self._context.subjects.clear()
        marking, steps = self._marking, 0
        marking.settle()
        while True:
            if not marking.agenda:
                if not self._look_round():
                    break
                continue
            token = marking.agenda.popleft()
            if token.id not in marking.tasks or token._state != READY:
                continue
            if steps == MAX_STEPS:
                # What waits for the end of automatic steps is looked at in the next run, after this one.
                marking.agenda.appendleft(token)
                break
            steps += 1
            self._step(token)
        if not marking.tasks and self._done == RUNNING:
            self._done = COMPLETED
            self._tell("ended")

    def _look_round(self) -> bool:
        """When nothing automatic is left: inclusive joins that wait for nothing more, conditions that
        have become true."""
        marking = self._marking
        for token in marking.joins.values():
            if token._state == WAITING and token.task_spec.is_ripe(token):
                token.task_spec.go_on(token)
                return True
        return any(self._watch(token) for token in list(marking.watched.values()) if token._state == WAITING)

    def _watch(self, token: Token) -> bool:
        event = token.element.event
        if event is None or event.value is None:
            return False
        self._begin()
        try:
            holds = bool(self._value(event.value, token.frame.variables))
        except ExpressionError as error:
            if error.code != "no_value":
                return self._hold_at_door(token, error)
            holds = False  # a variable that has no value yet: it waits for that too
        except Exception as error:
            return self._hold_at_door(token, error)
        if not holds:
            token.internal_data.pop("was", None)
        elif not token.internal_data.get("was"):
            self._tell("fired", token, reads=self._context.reads)
            self._marking.fire(token)
            return True
        return False

    def _hold_at_door(self, token: Token, error: Exception) -> bool:
        token.internal_data["enter"] = True
        self._hold(token, error)
        return True

    def _step(self, token: Token) -> None:
        """One automatic step. It writes only after everything in it has worked, so a failure
        leaves the case as it was before; what an operation did is undone by the host's guard."""
        before = len(self.events)
        self._begin()
        try:
            token.run()
        except self.host.refusals:
            raise
        except BpmnError as error:
            caught = self._marking.catcher(token, "error", error.code)
            if caught is None:
                self._hold(token, error)
            else:
                self._tell("failed", token, reads=self._context.reads, detail={"error": error.code})
                self._marking.fire(caught)
        except Exception as error:
            if token.id not in self._marking.tasks:
                raise  # not the step failed but the engine: never save such a case
            del self.events[before:]
            self._hold(token, error)
        self._marking.settle()


def _fields_at(definition: Definition, begin: str) -> tuple[Field, ...]:
    """What a case that begins at a start event takes. What another start's form insists on it may lack."""
    if begin == definition.start:
        return definition.start_fields
    own = definition.elements[begin].form
    names = {field.id for field in own}
    asked = {field.id for field in definition.elements[definition.start].form}
    others = (
        replace(field, required=False) if field.id in asked else field
        for field in definition.start_fields
        if field.id not in names
    )
    return (*others, *own)


def kind_of(token: Token) -> WaitingKind:
    if token._state == ERROR:
        return "incident"
    if token._state == READY:
        return "work_item" if token.task_spec.manual else "continuation"
    if isinstance(token.task_spec, Join):
        return "join"
    if isinstance(token.task_spec, Container):
        return "inside"
    if _calls_outside(token):
        return "job"
    kind = token.element.event_kind
    return kind if kind in ("timer", "message", "signal", "condition") else "catcher"  # type: ignore[return-value]


def _calls_outside(token: Token) -> bool:
    return token.element.outside and not isinstance(token.task_spec, Container)


def _may_be_skipped(token: Token) -> bool:
    """Whether there is one way on from it, and it has one of its own."""
    kind = token.element.kind
    return (
        len(token.task_spec.leaving) <= 1
        and not is_armed(token)
        and kind != "event_subprocess"
        and not kind.endswith("_gateway")
    )


__all__ = ["ArmedTimer", "Case", "Part", "StepEvent", "Thrown", "Waiting"]
