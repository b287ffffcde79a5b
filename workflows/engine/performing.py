"""What a marking asks of the case: to evaluate, to call operations, to write variables.

Everything here reads and checks first and writes last, so that a step that fails has changed nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias

from .definition import Definition, Element, Flow
from .errors import BpmnError, EngineError, FieldErrors
from .expressions import Expression, ExpressionError
from .forms import check_fields
from .frames import EACH, Frame, Names
from .host import LOCAL, Host
from .kernel import ERROR, Marking, Token
from .timers import Cycle, TimerError, first_moment, parse_timer
from .values import Mismatch, fitting, plain, stored
from .vocabulary import Param

# Elements of one multi-instance; above that, one case for each element and a counter.
MAX_ELEMENTS: Final = 200

EventKind: TypeAlias = Literal[
    "started", "entered", "completed", "taken", "cancelled", "fired", "thrown", "placed", "failed", "retried",
    "skipped", "ended",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """Which element of a multi-instance something belongs to: the second of three, and its item."""

    index: int
    total: int
    item: Any = None


@dataclass(slots=True)
class StepEvent:
    """Something that happened since the case was started or loaded. `path` names the element also
    where it belongs to a called process (see `Definition.element`), `parts` the elements of the
    multi-instances around it. `is_whole`: all elements or rounds of an activity, not one of them."""

    kind: EventKind
    element: Element | None
    token: str | None
    flow: str | None = None
    reads: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    parts: tuple[Part, ...] = ()
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Thrown:
    """A message or signal the case has sent; the application delivers it after its commit."""

    kind: str
    name: str
    correlation: Any
    payload: Mapping[str, Any]
    element: Element
    token: str


class Context:
    """What an expression sees: the variables where its token stands, the business row, the clock."""

    __slots__ = ("_host", "reads", "subjects", "variables")

    def __init__(self, host: Host) -> None:
        self._host = host
        self.variables: Mapping[str, Any] = {}
        self.reads: dict[str, Any] = {}
        self.subjects: dict[str, Any] = {}

    def subject(self, path: str) -> Any:
        if path not in self.subjects:
            self.subjects[path] = self._host.subject(path)
        return self.subjects[path]

    def now(self) -> datetime:
        now = self._host.now()
        return (now if now.tzinfo is not None else now.replace(tzinfo=UTC)).astimezone(LOCAL)


class Performer:
    """Answers the marking (see `kernel.Listener`) and keeps what has happened."""

    def __init__(self, definition: Definition, host: Host) -> None:
        self.definition = definition
        self.host = host
        self.events: list[StepEvent] = []
        self.outbox: list[Thrown] = []
        self._context = Context(host)
        self._detail: dict[str, Any] = {}
        self._marking = Marking(definition, self)

    def _begin(self) -> None:
        self._context.reads = {}
        self._detail = {}

    def _value(self, expression: Expression, at: Mapping[str, Any]) -> Any:
        self._context.variables = at
        return expression.evaluate(self._context)

    # -- what happens

    def entered(self, token: Token) -> None:
        self._tell("entered", token)

    def completed(self, token: Token) -> None:
        self._tell("completed", token, reads=self._context.reads, detail=self._detail)

    def taken(self, token: Token, flow: Flow) -> None:
        event = StepEvent("taken", token.element, str(token.id), flow.id)
        event.path = path_of(token)
        self.events.append(event)

    def cancelled(self, token: Token) -> None:
        self._tell("cancelled", token)

    def fails_to_enter(self, token: Token, error: Exception) -> None:
        if isinstance(error, self.host.refusals):
            raise error
        token.internal_data["enter"] = True
        self._hold(token, error)

    def _hold(self, token: Token, error: Exception) -> None:
        failure = describe(error)
        token._set_state(ERROR)
        token.internal_data["failure"] = failure
        self._tell("failed", token, reads=self._context.reads, detail=dict(failure))

    # -- steps

    def run_script(self, token: Token) -> None:
        script = token.element.script
        if script is not None:
            self._context.variables = token.frame.variables
            written = script.execute(self._context)
            token.frame.write(written)
            self._detail = {"wrote": sorted(written)}

    def run_service(self, token: Token) -> None:
        element = token.element
        if element.operation is None:
            raise EngineError("no_operation")
        params = {name: self._param(token, name, value, param) for name, value, param in element.params}
        with self.host.guard():
            answer = self.host.call(
                element.operation, params, element=element, token=str(token.id), path=path_of(token)
            )
            result = self._result(element, answer)
        self._context.subjects.clear()
        if element.result is not None:
            token.frame.write({element.result: result})
        self._detail = {"operation": element.operation, "params": plain(params)}

    def settle_call(self, token: Token) -> dict[str, Any]:
        """With what an operation outside is called: settled once, so that every attempt says the same."""
        if token.element.operation is None:
            raise EngineError("no_operation")
        self._begin()
        params = {name: self._param(token, name, value, param) for name, value, param in token.element.params}
        return plain(params)  # type: ignore[no-any-return]

    def take_answer(self, token: Token, answer: Any) -> None:
        """What the operation outside has answered becomes data."""
        element = token.element
        result = self._result(element, answer)
        if element.result is not None:
            token.frame.write({element.result: result})
        self._detail = {"operation": element.operation, "params": token.internal_data.get("call")}

    def _param(self, token: Token, name: str, expression: Expression, param: Param) -> Any:
        value = self._value(expression, token.frame.variables)
        operation = token.element.operation
        if value is None and param.required:
            raise EngineError("param_empty", name=name, operation=operation)
        try:
            return fitting(value, param.type)
        except Mismatch as mismatch:
            raise EngineError("param_value", name=name, operation=operation, reason=mismatch.code) from None

    @staticmethod
    def _result(element: Element, answer: Any) -> Any:
        if element.result is None or element.result_type is None:
            return None
        try:
            return stored(answer or {}, element.result_type)
        except Mismatch as mismatch:
            raise EngineError("operation_result", name=element.operation, reason=mismatch.code) from None

    def decide(self, token: Token) -> None:
        element = token.element
        if element.decision is None or element.result is None:
            raise EngineError("no_operation")
        self._context.variables = token.frame.variables
        decision = element.decision.decide(self._context)
        token.frame.write({element.result: decision.value})
        self._detail = {"table": element.decision.name, "rules": list(decision.rules)}

    # -- gateways

    def choose(self, token: Token) -> Flow:
        default: Flow | None = None
        for flow, _ in token.task_spec.leaving:
            if flow.is_default:
                default = flow
            elif flow.condition is None or self._value(flow.condition, token.frame.variables):
                return flow  # type: ignore[no-any-return]
        if default is None:
            raise ExpressionError("no_condition_holds", None, name=token.element.name or token.element.id)
        return default

    def choose_all(self, token: Token) -> tuple[Flow, ...]:
        flows = [flow for flow, _ in token.task_spec.leaving]
        chosen = tuple(
            flow
            for flow in flows
            if not flow.is_default
            and (flow.condition is None or self._value(flow.condition, token.frame.variables))
        )
        chosen = chosen or tuple(flow for flow in flows if flow.is_default)
        if not chosen and flows:
            raise ExpressionError("no_condition_holds", None, name=token.element.name or token.element.id)
        return chosen

    # -- events

    def settle_event(self, token: Token) -> dict[str, Any]:
        """What an event settles once, when it begins to wait: a timer its text, a message its key."""
        event, internal = token.element.event, token.internal_data
        if event is None:
            return {}
        if event.kind == "timer" and "timer" not in internal:
            text = (
                event.text if event.value is None else _text(self._value(event.value, token.frame.variables))
            )
            try:
                schedule = parse_timer(event.form, text)
                first_moment(schedule, self._context.now())  # a moment too far away is found here
            except TimerError as error:
                raise EngineError(error.code, **error.params) from None
            if isinstance(schedule, Cycle):
                return {"timer": text, "left": schedule.rounds if schedule.rounds is not None else -1}
            return {"timer": text}
        if event.correlate is not None:
            return {"key": plain(self._value(event.correlate, token.frame.variables))}
        return {}

    def throw(self, token: Token) -> None:
        element = token.element
        event = element.event
        if event is None or event.ref is None:
            return
        at = token.frame.variables
        payload = {name: plain(self._value(value, at)) for name, value in event.payload}
        key = plain(self._value(event.correlate, at)) if event.correlate is not None else None
        self.outbox.append(Thrown(event.kind, event.ref, key, payload, element, str(token.id)))
        self._tell("thrown", token, detail={"name": event.ref, "key": key})

    # -- called processes

    def call(self, token: Token) -> tuple[Definition, dict[str, Any]]:
        called = token.frame.definition.calls[token.element.id]
        at = token.frame.variables
        given = {name: _fits(self._value(value, at), type_, name) for name, value, type_ in token.element.ins}
        try:
            values = check_fields(called.start_fields, given, around=self._context)
        except FieldErrors as errors:
            raise EngineError("call_does_not_fit", reason=errors.message("en"), name=called.key) from None
        starter = at.get("starter")
        return called, {**values, **({"starter": starter} if starter is not None else {})}

    def come_back(self, token: Token, frame: Frame) -> None:
        token.frame.write(
            {
                name: _fits(self._value(value, frame.variables), type_, name)
                for name, value, type_ in token.element.outs
            }
        )

    # -- multi-instances and loops

    def items_of(self, token: Token) -> tuple[int, list[Any] | None]:
        loop, at = token.element.loop, token.frame.variables
        if loop is not None and loop.collection is not None:
            items = [plain(item) for item in self._value(loop.collection, at) or ()]
            total: int = len(items)
        else:
            items = None
            total = self._value(loop.cardinality, at) if loop is not None and loop.cardinality else 0
        if total is None or total < 0:
            raise EngineError("bad_cardinality", value=str(total))
        if total > MAX_ELEMENTS:
            raise EngineError("too_many_elements", count=total, maximum=MAX_ELEMENTS)
        return total, items

    def gather(self, token: Token, frame: Frame) -> Any:
        loop = token.element.loop
        if loop is None or loop.value is None:
            return None
        return plain(self._value(loop.value, frame.variables))

    def is_enough(self, token: Token, done: int, total: int) -> bool:
        loop = token.element.loop
        if loop is None or loop.condition is None:
            return False
        active = min(total - done, 1) if loop.kind == "sequential" else total - done
        counters = {
            "nrOfInstances": total,
            "nrOfCompletedInstances": done,
            "nrOfActiveInstances": active,
        }
        return bool(self._value(loop.condition, Names(counters, token.frame.variables)))

    def results(self, token: Token, gathered: list[Any]) -> None:
        loop = token.element.loop
        if loop is not None and loop.into is not None and loop.into_type is not None:
            token.frame.write({loop.into: _fits(gathered, loop.into_type, loop.into)})

    def goes_on(self, token: Token, rounds: int) -> bool:
        loop = token.element.loop
        if loop is None or (loop.maximum is not None and rounds >= loop.maximum):
            return False
        if loop.condition is None:
            return True
        return bool(self._value(loop.condition, Names({"loopCounter": rounds}, token.frame.variables)))

    # -- telling

    def _tell(
        self,
        kind: EventKind,
        token: Token | None = None,
        reads: dict[str, Any] | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        # A copy: what is read next, as the next element begins, is no reason of this one.
        event = StepEvent(kind, None, None, None, dict(reads or {}), detail or {})
        if token is not None:
            event.element, event.token, event.path = token.element, str(token.id), path_of(token)
            event.parts, event.is_whole = parts_of(token), hasattr(token.task_spec, "body")
        self.events.append(event)


def path_of(token: Token) -> str:
    """The id of an element, behind the ids of the call activities that lead to its process."""
    path: str = token.task_spec.element.id
    frame: Frame | None = token.frame
    while frame is not None and frame.host is not None:
        if frame.definition is not frame.host.frame.definition:
            path = f"{frame.host.element.id}/{path}"
        frame = frame.host.frame
    return path


def parts_of(token: Token) -> tuple[Part, ...]:
    """The elements of multi-instances that a token stands in, outermost first."""
    found: list[Part] = []
    frame: Frame | None = token.frame
    while frame is not None and frame.host is not None:
        if frame.kind == EACH:
            loop = frame.host.element.loop
            item = frame.local.get(loop.item) if loop is not None and loop.item is not None else None
            found.append(Part(frame.index, frame.host.internal_data["loop"]["n"], item))
        frame = frame.host.frame
    return tuple(reversed(found))


def describe(error: Exception) -> dict[str, Any]:
    """A failure as it is kept in the state."""
    if isinstance(error, BpmnError):
        return describe(EngineError("error_not_caught", code=error.code))
    if isinstance(error, (ExpressionError, EngineError)) and not isinstance(error, FieldErrors):
        return {
            "type": type(error).__name__,
            "text": str(error)[:300],
            "code": error.code,
            "params": plain(error.params),
        }
    return {"type": type(error).__name__, "text": str(error)[:300], "code": "", "params": None}


def _fits(value: Any, type_: Any, name: str) -> Any:
    try:
        return stored(plain(value), type_)
    except Mismatch as mismatch:
        raise EngineError("value_does_not_fit", name=name, reason=mismatch.code) from None


def _text(value: Any) -> str:
    found = plain(value)
    return found if isinstance(found, str) else ""
