"""One play: a copy of the case goes on, and steps that would do something outside do nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from itertools import combinations
from typing import Any, Final, TypeVar

from workflows.engine.case import Case, kind_of
from workflows.engine.definition import Definition, Flow
from workflows.engine.errors import BpmnError
from workflows.engine.expressions import Expression, ExpressionError
from workflows.engine.frames import Frame
from workflows.engine.host import Host
from workflows.engine.kernel import Marking, Token
from workflows.engine.performing import path_of
from workflows.engine.standing import is_armed
from workflows.engine.state import load

from .sight import UNKNOWN, Sight, Undecided, is_unknown
from .ways import Assumption, Question, Way

# So many open questions are followed on each way.
MOST_QUESTIONS: Final = 10
# An inclusive gateway with more open conditions than this may take any of its ways.
MOST_OPEN: Final = 3

T = TypeVar("T")


class TooMany(Exception):  # noqa: N818
    """More open questions than anybody wants to read."""


class Play(Case):
    """One way through the open questions; `script` says how the first of them are answered."""

    _context: Sight

    def __init__(self, definition: Definition, host: Host, script: Sequence[int]) -> None:
        super().__init__(definition, host)
        self._context = Sight(host)
        self.script = script
        self.asked: list[tuple[int, int]] = []  # each question's answer, of how many
        self.assumed: list[Assumption] = []
        self.touched: set[int] = set()  # what was done to stands there again, as a step that fails once more

    def load_copy(self, state: Mapping[str, Any]) -> None:
        self._done = load(self._marking, deepcopy(dict(state)))

    def way_of(self, act: Callable[[Play], None]) -> Way:
        """Where it waits when something has been done to it."""
        known = {one.id: one._state for one in self._marking.tasks.values()}
        arrived = _arrivals(self._marking)
        act(self)
        stands = [one for one in self._marking.tasks.values() if not is_armed(one)]
        fresh = [one for one in stands if one.id in self.touched or known.get(one.id) != one._state]
        joins = [one for one in stands if arrived.get(one.id) != one.internal_data.get("arrivals")]
        return Way(
            tuple(self.assumed),
            tuple(self._waiting(one) for one in fresh if kind_of(one) not in ("join", "inside", "catcher")),
            tuple(self._waiting(one) for one in joins if kind_of(one) == "join"),
            self.is_completed,
            tuple(one.path for one in self.events if one.kind == "completed"),
        )

    def happen(self, token_id: str, outcome: str | None) -> None:
        """What a token waits for has happened."""
        token = self._token(token_id)
        self.touched.add(token.id)
        kind, element = kind_of(token), token.element
        self._begin()
        if kind == "work_item":
            names = {one.id for one in element.form if not one.readonly} | set(element.data_types)
            token.frame.write(dict.fromkeys(names, UNKNOWN))
            if element.record_type is not None:
                record = {"outcome": outcome, "comment": UNKNOWN, "by": UNKNOWN}
                token.frame.write({element.id: record})
            if element.work_form:
                self._context.knows_subject = False
            token.run()
        elif kind in ("timer", "message", "signal", "condition"):
            token.frame.write(dict.fromkeys((one.id for one in element.form), UNKNOWN))
            self._marking.fire(token)
        elif kind == "job":
            self._answer_or_fail(token)
        elif kind == "incident":
            self.retry(str(token.id))
            return
        self._advance()

    def _answer_or_fail(self, token: Token) -> None:
        caught = self._error(token)
        if caught is None:
            self.take_answer(token, None)
            self._marking.wake(token)
        else:
            self._marking.fire(caught)

    # -- open questions

    def _ask(self, options: Sequence[T], told: Callable[[T], Assumption]) -> T:
        """Answer a question that only the future answers, as the script says or else the first way."""
        if len(options) == 1:
            return options[0]
        at = len(self.asked)
        if at == MOST_QUESTIONS:
            raise TooMany
        answer = self.script[at] if at < len(self.script) else 0
        self.asked.append((answer, len(options)))
        self.assumed.append(told(options[answer]))
        return options[answer]

    def _whether(self, question: Question, token: Token, *, first: bool) -> bool:
        path = path_of(token)
        return self._ask((first, not first), lambda is_so: Assumption(question, path, is_so=is_so))

    def _error(self, token: Token) -> Token | None:
        """The event of an error that the step may end with; None: it ends well."""
        codes = list(dict.fromkeys(self._marking.caught(token, "error")))
        path = path_of(token)
        chosen = self._ask(
            [None, *((code,) for code in codes)],
            lambda code: Assumption("error", path, code=code[0] if code else None, is_so=code is not None),
        )
        return None if chosen is None else self._marking.catcher(token, "error", chosen[0])

    def _value(self, expression: Expression, at: Mapping[str, Any]) -> Any:
        try:
            return super()._value(expression, at)
        except Exception:
            # What was made of something unknown may fail in any way.
            if any(is_unknown(at.get(name)) for name in expression.names):
                raise Undecided(expression.text) from None
            raise

    def _hold(self, token: Token, error: Exception) -> None:
        if isinstance(error, (Undecided, TooMany)):
            raise error
        super()._hold(token, error)

    # -- what steps would do

    def run_script(self, token: Token) -> None:
        script = token.element.script
        if script is None:
            return
        try:
            super().run_script(token)
        except Undecided:
            token.frame.write(dict.fromkeys(script.writes, UNKNOWN))
        except Exception:
            if not any(is_unknown(token.frame.variables.get(name)) for name in _read_by(script)):
                raise
            token.frame.write(dict.fromkeys(script.writes, UNKNOWN))

    def run_service(self, token: Token) -> None:
        caught = self._error(token)
        self._context.knows_subject = False
        if caught is not None:
            event = caught.element.event
            raise BpmnError(event.ref if event is not None and event.ref is not None else "")
        if token.element.result is not None:
            token.frame.write({token.element.result: UNKNOWN})

    def settle_call(self, token: Token) -> dict[str, Any]:
        return {}

    def take_answer(self, token: Token, answer: Any) -> None:
        self._context.knows_subject = False
        if token.element.result is not None:
            token.frame.write({token.element.result: UNKNOWN})

    def decide(self, token: Token) -> None:
        try:
            super().decide(token)
        except Undecided:
            if token.element.result is not None:
                token.frame.write({token.element.result: UNKNOWN})

    def settle_event(self, token: Token) -> dict[str, Any]:
        event = token.element.event
        if event is not None and event.kind == "timer":
            return {"timer": token.internal_data.get("timer", "")}
        return {"key": None} if event is not None and event.correlate is not None else {}

    def throw(self, token: Token) -> None:
        """Nothing is sent."""

    # -- gateways

    def choose(self, token: Token) -> Flow:
        possible: list[Flow] = []
        default = None
        for flow, _target in token.task_spec.leaving:
            if flow.is_default:
                default = flow
                continue
            holds = self._holds(flow, token)
            if holds is not False:
                possible.append(flow)
            if holds:
                break
        else:
            if default is not None:
                possible.append(default)
        if not possible:
            raise ExpressionError("no_condition_holds", None, name=token.element.name or token.element.id)
        path = path_of(token)
        return self._ask(possible, lambda flow: Assumption("way", path, (flow.id,)))

    def choose_all(self, token: Token) -> tuple[Flow, ...]:
        flows = [flow for flow, _target in token.task_spec.leaving]
        known = {flow.id: self._holds(flow, token) for flow in flows if not flow.is_default}
        sure = tuple(flow for flow in flows if known.get(flow.id) is True)
        unsure = [flow for flow in flows if flow.id in known and known[flow.id] is None]
        defaults = tuple(flow for flow in flows if flow.is_default)
        if len(unsure) > MOST_OPEN:
            raise TooMany
        sets = [(*sure, *some) for size in range(len(unsure) + 1) for some in combinations(unsure, size)]
        options = [one or defaults for one in sets]
        options = [one for one in options if one]
        if not options:
            if not flows:
                return ()
            raise ExpressionError("no_condition_holds", None, name=token.element.name or token.element.id)
        path = path_of(token)
        return self._ask(options, lambda one: Assumption("way", path, tuple(flow.id for flow in one)))

    def _holds(self, flow: Flow, token: Token) -> bool | None:
        """Whether a condition holds; None: nobody can know yet."""
        if flow.condition is None:
            return True
        try:
            return bool(self._value(flow.condition, token.frame.variables))
        except Undecided:
            return None

    # -- called processes, multi-instances, loops

    def call(self, token: Token) -> tuple[Definition, dict[str, Any]]:
        called = token.frame.definition.calls[token.element.id]
        at = token.frame.variables
        given: dict[str, Any] = {
            one.id: one.default
            for one in called.start_fields
            if one.default is not None and one.shown_if is None
        }
        for name, value, _type in token.element.ins:
            given[name] = self._or_unknown(value, at)
        if at.get("starter") is not None:
            given["starter"] = at.get("starter")
        return called, given

    def come_back(self, token: Token, frame: Frame) -> None:
        outs = token.element.outs
        token.frame.write({name: self._or_unknown(value, frame.variables) for name, value, _type in outs})

    def items_of(self, token: Token) -> tuple[int, list[Any] | None]:
        try:
            return super().items_of(token)
        except Undecided:
            loop = token.element.loop
            items = [UNKNOWN] if loop is not None and loop.collection is not None else None
            return (1, items) if self._whether("items", token, first=True) else (0, items and [])

    def gather(self, token: Token, frame: Frame) -> Any:
        try:
            return super().gather(token, frame)
        except Undecided:
            return UNKNOWN

    def is_enough(self, token: Token, done: int, total: int) -> bool:
        try:
            return super().is_enough(token, done, total)
        except Undecided:
            return self._whether("enough", token, first=False)

    def results(self, token: Token, gathered: list[Any]) -> None:
        loop = token.element.loop
        if loop is not None and loop.into is not None and any(is_unknown(one) for one in gathered):
            token.frame.write({loop.into: UNKNOWN})
        else:
            super().results(token, gathered)

    def goes_on(self, token: Token, rounds: int) -> bool:
        try:
            return super().goes_on(token, rounds)
        except Undecided:
            return self._whether("again", token, first=False)

    def _watch(self, token: Token) -> bool:
        """A conditional event that reads what is not known may happen at once, or go on waiting."""
        event = token.element.event
        if event is None or event.value is None or token.internal_data.get("asked"):
            return False
        try:
            self._value(event.value, token.frame.variables)
        except Undecided:
            token.internal_data["asked"] = True
            if token.internal_data.get("was") or not self._whether("holds", token, first=False):
                return False
            self._marking.fire(token)
            return True
        except Exception:
            return super()._watch(token)
        return super()._watch(token)

    def _or_unknown(self, value: Expression, at: Mapping[str, Any]) -> Any:
        try:
            return self._value(value, at)
        except Undecided:
            return UNKNOWN


def _arrivals(marking: Marking) -> dict[int, dict[str, int] | None]:
    return {one.id: deepcopy(one.internal_data.get("arrivals")) for one in marking.tasks.values()}


def _read_by(script: Any) -> set[str]:
    return {name for one in script.assignments for name in one.value.names} | set(script.writes)
