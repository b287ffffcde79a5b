"""One running case: start or load it, complete what waits, save it again.

A case lives for one step of the application: load, one call, save. It is not shared between
threads; the definition under it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias

from .definition import Definition, Element, Flow
from .errors import EngineError, Failure, FieldErrors, NotWaiting
from .expressions import Expression, ExpressionError
from .forms import check_completion, check_fields
from .host import LOCAL, Host
from .kernel import ERROR, READY, Marking, Token
from .state import CANCELLED, COMPLETED, RUNNING, dump, load
from .values import Mismatch, fitting, plain, stored
from .vocabulary import Param

# Automatic steps in one run; what is left goes on in a transaction of its own.
MAX_STEPS: Final = 300

WaitingKind: TypeAlias = Literal["work_item", "incident", "continuation", "join"]
EventKind: TypeAlias = Literal["started", "entered", "completed", "taken", "failed", "retried", "ended"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place where the case stands: a person's step, a held failure, a join, work left over."""

    token: str
    element: Element
    kind: WaitingKind
    error: Failure | None = None


@dataclass(slots=True)
class StepEvent:
    """Something that happened since the case was started or loaded."""

    kind: EventKind
    element: Element | None
    token: str | None
    flow: str | None = None
    reads: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)


class Case:
    """A marking, its variables, and the host it works for."""

    def __init__(self, definition: Definition, host: Host) -> None:
        self.definition = definition
        self.host = host
        self.events: list[StepEvent] = []
        self.reads: dict[str, Any] = {}
        self._done = RUNNING
        self._subject: dict[str, Any] = {}
        self._detail: dict[str, Any] = {}
        self._marking = Marking(definition._spec, self)

    # -- life

    @classmethod
    def start(
        cls, definition: Definition, host: Host, data: Mapping[str, Any] | None = None, *, by: str = ""
    ) -> Case:
        """Begin a case. Data nobody declared is refused (FieldErrors)."""
        values = check_fields(definition.start_fields, data or {})
        case = cls(definition, host)
        case._marking.variables.update(values)
        if by:
            case._marking.variables["starter"] = by
        case._tell("started", detail={"by": by, "fields": sorted(values)})
        case._marking.put(case._marking.spec.task_specs[definition.start])
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

    @property
    def variables(self) -> dict[str, Any]:
        """The process data as stored: a decimal is text, a date is ISO text."""
        return self._marking.variables

    def waiting(self) -> list[Waiting]:
        """Everything at which the case stands, in the order of arrival."""
        return [self._waiting(token) for token in self._marking.tasks.values()]

    def _waiting(self, token: Token) -> Waiting:
        if token._state == ERROR:
            failure = Failure(**token.internal_data["failure"])
            return Waiting(str(token.id), token.element, "incident", failure)
        if token._state == READY:
            kind: WaitingKind = "work_item" if token.task_spec.manual else "continuation"
            return Waiting(str(token.id), token.element, kind)
        return Waiting(str(token.id), token.element, "join")

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
        values, record = check_completion(
            element,
            values,
            decision["outcome"],
            decision["comment"] or "",
            decision["by"] or "",
            self._marking.variables,
        )
        self._marking.variables.update(values)
        if element.record_type is not None:
            self._marking.variables[element.id] = record
        self._begin()
        self._detail = {"outcome": record["outcome"], "by": record["by"], "fields": sorted(values)}
        token.run()
        self._advance()

    def retry(self, token_id: str) -> None:
        """Try a held step again."""
        token = self._token(token_id)
        if token._state != ERROR:
            raise NotWaiting("step_not_held", token=token_id)
        token.internal_data.pop("failure", None)
        token._set_state(READY)
        self._tell("retried", token)
        self._marking.agenda.append(token)
        self._advance()

    def continue_(self) -> None:
        """Go on with automatic steps that were left over."""
        self._advance()

    def cancel(self) -> None:
        """End the case where it stands."""
        if self.is_completed:
            raise NotWaiting("case_is_over")
        self._marking.tasks.clear()
        self._marking.agenda.clear()
        self._done = CANCELLED
        self._tell("ended", detail={"cancelled": True})

    def evaluate(self, expression: Expression) -> Any:
        """The value of an expression of the diagram, for example of `Assign.person`."""
        self.reads = {}
        return expression.evaluate(self)

    def _token(self, token_id: str) -> Token:
        token = self._marking.tasks.get(int(token_id)) if str(token_id).isdigit() else None
        if token is None:
            raise NotWaiting("step_not_open", token=str(token_id)[:20])
        return token  # type: ignore[no-any-return]

    def _begin(self) -> None:
        self.reads = {}
        self._detail = {}

    def _advance(self) -> None:
        """Run automatic steps until everything waits, or the budget of this run is used up."""
        self._subject.clear()
        marking, steps = self._marking, 0
        while marking.agenda and steps < MAX_STEPS:
            token = marking.agenda.popleft()
            steps += 1
            self._step(token)
        if not marking.tasks and self._done == RUNNING:
            self._done = COMPLETED
            self._tell("ended")

    def _step(self, token: Token) -> None:
        """One automatic step. It writes only after everything in it has worked, so a failure
        leaves the case as it was before; what an operation did is undone by the host's guard."""
        before = len(self.events)
        self._begin()
        try:
            token.run()
        except self.host.refusals:
            raise
        except Exception as error:
            if token.id not in self._marking.tasks:
                raise  # not the step failed but the engine: never save such a case
            del self.events[before:]
            self._hold(token, error)

    def _hold(self, token: Token, error: Exception) -> None:
        failure = _failure(error)
        token._set_state(ERROR)
        token.internal_data = {"failure": failure}
        self._tell("failed", token, reads=self.reads, detail=dict(failure))

    # -- the context of expressions

    def subject(self, path: str) -> Any:
        if path not in self._subject:
            self._subject[path] = self.host.subject(path)
        return self._subject[path]

    def now(self) -> datetime:
        now = self.host.now()
        return (now if now.tzinfo is not None else now.replace(tzinfo=UTC)).astimezone(LOCAL)

    # -- what the marking asks (see kernel.Listener)

    def entered(self, token: Token) -> None:
        self._tell("entered", token)

    def completed(self, token: Token) -> None:
        self._tell("completed", token, reads=self.reads, detail=self._detail)

    def taken(self, token: Token, flow: Flow) -> None:
        self.events.append(StepEvent("taken", token.element, str(token.id), flow.id))

    def choose(self, token: Token) -> Flow:
        default: Flow | None = None
        for flow, _ in token.task_spec.leaving:
            if flow.is_default:
                default = flow
            elif flow.condition is None or flow.condition.evaluate(self):
                return flow  # type: ignore[no-any-return]
        if default is None:
            raise ExpressionError("no_condition_holds", None, name=token.element.name or token.element.id)
        return default

    def run_script(self, token: Token) -> None:
        script = token.element.script
        if script is not None:
            written = script.execute(self)
            self._marking.variables.update(written)
            self._detail = {"wrote": sorted(written)}

    def run_service(self, token: Token) -> None:
        element = token.element
        if element.operation is None:
            raise EngineError("no_operation")
        params = {name: self._param(element, name, value, param) for name, value, param in element.params}
        with self.host.guard():
            answer = self.host.call(element.operation, params, element=element, token=str(token.id))
            result = self._result(element, answer)
        self._subject.clear()
        if element.result is not None:
            self._marking.variables[element.result] = result
        self._detail = {"operation": element.operation, "params": plain(params)}

    def _param(self, element: Element, name: str, expression: Expression, param: Param) -> Any:
        value = expression.evaluate(self)
        if value is None and param.required:
            raise EngineError("param_empty", name=name, operation=element.operation)
        try:
            return fitting(value, param.type)
        except Mismatch as mismatch:
            raise EngineError(
                "param_value", name=name, operation=element.operation, reason=mismatch.code
            ) from None

    @staticmethod
    def _result(element: Element, answer: Any) -> Any:
        if element.result is None or element.result_type is None:
            return None
        try:
            return stored(answer or {}, element.result_type)
        except Mismatch as mismatch:
            raise EngineError("operation_result", name=element.operation, reason=mismatch.code) from None

    def _tell(
        self,
        kind: EventKind,
        token: Token | None = None,
        reads: dict[str, Any] | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        element, number = (token.element, str(token.id)) if token is not None else (None, None)
        self.events.append(StepEvent(kind, element, number, None, reads or {}, detail or {}))


def _failure(error: Exception) -> dict[str, Any]:
    if isinstance(error, (ExpressionError, EngineError)) and not isinstance(error, FieldErrors):
        return {
            "type": type(error).__name__,
            "text": str(error)[:300],
            "code": error.code,
            "params": plain(error.params),
        }
    return {"type": type(error).__name__, "text": str(error)[:300], "code": "", "params": None}


__all__ = ["Case", "StepEvent", "Waiting"]
