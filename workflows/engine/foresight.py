"""What would come next: the case is played on from where it stands, and nothing is done.

Operations are not called, nothing is sent. What they would answer, what people will fill in, and what time it
will be then is not known; a decision that reads it is played each way, and the answer says what each way
assumes. Everything else is decided as it really would be, by the same engine and the values the case has now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any, Final, Literal, TypeAlias, TypeVar

from .case import Case, Waiting, kind_of
from .definition import Definition, Flow
from .errors import BpmnError
from .expressions import Expression, ExpressionError
from .frames import Frame
from .host import Host
from .kernel import Marking, Token
from .performing import Context, path_of
from .placing import Place, Taken
from .standing import is_armed
from .state import load

# So many ways are told, and so many open questions followed on each; a diagram that asks more says so.
MOST_WAYS: Final = 24
MOST_QUESTIONS: Final = 10
# An inclusive gateway with more open conditions than this may take any of its ways.
MOST_OPEN: Final = 3

Question: TypeAlias = Literal["way", "error", "again", "enough", "items", "holds"]
T = TypeVar("T")


class _Unknown:
    """Stands where a value will be."""

    def __deepcopy__(self, memo: Any) -> _Unknown:
        return self

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN: Final = _Unknown()


class _Undecided(Exception):  # noqa: N818 - it is no failure
    """An expression reads what is not known yet."""


class _TooMany(Exception):  # noqa: N818
    """More open questions than anybody wants to read."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """What a way takes for granted: that a gateway takes these flows, that a step fails with this error, that a
    loop goes on, that there is something in a list, that a condition holds."""

    question: Question
    path: str
    flows: tuple[str, ...] = ()
    code: str | None = None
    is_so: bool = True


@dataclass(frozen=True, slots=True)
class Way:
    """One way on: where the case newly waits then, and under which assumptions."""

    assumes: tuple[Assumption, ...]
    next: tuple[Waiting, ...]
    # Joins that have newly been reached, and wait for other branches.
    joins: tuple[Waiting, ...] = ()
    ends: bool = False
    # What was passed on the way, in order, by paths.
    passed: tuple[str, ...] = ()

    @property
    def waits_for_others(self) -> bool:
        """Nothing new begins: what is open already has to be done first."""
        return not self.next and not self.ends


@dataclass(frozen=True, slots=True)
class Foreseen:
    """All ways on from one place; not all of them where `is_whole` is false."""

    ways: tuple[Way, ...]
    is_whole: bool = True

    @property
    def is_certain(self) -> bool:
        return self.is_whole and len(self.ways) == 1


def foresee(
    definition: Definition,
    state: Mapping[str, Any],
    host: Host,
    token: str,
    *,
    outcome: str | None = None,
) -> Foreseen:
    """What would come next if what a token waits for happened: a person decides so, a message comes, an
    operation answers, a held step works after all. The state is left as it is.

    The host is asked for `subject.…` and nothing else. Raises NotWaiting for a token that is not there."""
    return _explore(definition, state, host, lambda play: play.happen(token, outcome))


def foresee_move(
    definition: Definition,
    state: Mapping[str, Any],
    host: Host,
    *,
    cancel: Sequence[Taken] = (),
    at: Sequence[str | Place] = (),
) -> Foreseen:
    """Where the case would wait if tokens were moved (see `Case.place`). The state is left as it is.

    Raises EngineError where the move is refused."""
    return _explore(definition, state, host, lambda play: play.place(cancel=cancel, at=at))


def _explore(
    definition: Definition, state: Mapping[str, Any], host: Host, act: Callable[[_Play], None]
) -> Foreseen:
    """Play a deed with every answer to the questions that come up."""
    ways: list[Way] = []
    is_whole = True
    open_scripts: list[list[int]] = [[]]
    while open_scripts:
        script = open_scripts.pop()
        if len(ways) == MOST_WAYS:
            is_whole = False
            break
        play = _Play(definition, host, script)
        play.load_copy(state)
        try:
            way = play.way_of(act)
        except _TooMany:
            is_whole = False
        else:
            if all(way.next != known.next or way.assumes != known.assumes for known in ways):
                ways.append(way)
        for at in reversed(range(len(script), len(play.asked))):
            before = [answer for answer, _count in play.asked[:at]]
            open_scripts.extend([*before, other] for other in reversed(range(1, play.asked[at][1])))
    return Foreseen(tuple(ways), is_whole)


class _Sight(Context):
    """What expressions see; looking at something unknown is noticed."""

    __slots__ = ("_at", "knows_subject")

    def __init__(self, host: Host) -> None:
        self._at: Mapping[str, Any] = {}
        self.knows_subject = True
        super().__init__(host)

    @property
    def variables(self) -> Mapping[str, Any]:
        return _Watched(self._at)

    @variables.setter
    def variables(self, at: Mapping[str, Any]) -> None:
        self._at = at

    def subject(self, path: str) -> Any:
        if not self.knows_subject:
            raise _Undecided(f"subject.{path}")
        return super().subject(path)

    def now(self) -> datetime:
        raise _Undecided("now")


class _Watched(Mapping[str, Any]):
    """Variables; asking for an unknown one raises."""

    def __init__(self, at: Mapping[str, Any]) -> None:
        self._at = at

    def __getitem__(self, name: str) -> Any:
        return _seen(name, self._at[name])

    def get(self, name: str, default: Any = None) -> Any:
        return _seen(name, self._at.get(name, default))

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)


def _seen(name: str, value: Any) -> Any:
    if value is UNKNOWN:
        raise _Undecided(name)
    return _Watched(value) if isinstance(value, dict) and UNKNOWN in value.values() else value


class _Play(Case):
    """One way through the open questions; `script` says how the first of them are answered."""

    _context: _Sight

    def __init__(self, definition: Definition, host: Host, script: Sequence[int]) -> None:
        super().__init__(definition, host)
        self._context = _Sight(host)
        self.script = script
        self.asked: list[tuple[int, int]] = []  # each question's answer, of how many
        self.assumed: list[Assumption] = []
        self.touched: set[int] = set()  # what was done to stands there again, as a step that fails once more

    def load_copy(self, state: Mapping[str, Any]) -> None:
        self._done = load(self._marking, deepcopy(dict(state)))

    def way_of(self, act: Callable[[_Play], None]) -> Way:
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
            raise _TooMany
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
            if any(_is_unknown(at.get(name)) for name in expression.names):
                raise _Undecided(expression.text) from None
            raise

    def _hold(self, token: Token, error: Exception) -> None:
        if isinstance(error, (_Undecided, _TooMany)):
            raise error
        super()._hold(token, error)

    # -- what steps would do

    def run_script(self, token: Token) -> None:
        script = token.element.script
        if script is None:
            return
        try:
            super().run_script(token)
        except _Undecided:
            token.frame.write(dict.fromkeys(script.writes, UNKNOWN))
        except Exception:
            if not any(_is_unknown(token.frame.variables.get(name)) for name in _read_by(script)):
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
        except _Undecided:
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
            raise _TooMany
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
        except _Undecided:
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
        except _Undecided:
            loop = token.element.loop
            items = [UNKNOWN] if loop is not None and loop.collection is not None else None
            return (1, items) if self._whether("items", token, first=True) else (0, items and [])

    def gather(self, token: Token, frame: Frame) -> Any:
        try:
            return super().gather(token, frame)
        except _Undecided:
            return UNKNOWN

    def is_enough(self, token: Token, done: int, total: int) -> bool:
        try:
            return super().is_enough(token, done, total)
        except _Undecided:
            return self._whether("enough", token, first=False)

    def results(self, token: Token, gathered: list[Any]) -> None:
        loop = token.element.loop
        if loop is not None and loop.into is not None and any(_is_unknown(one) for one in gathered):
            token.frame.write({loop.into: UNKNOWN})
        else:
            super().results(token, gathered)

    def goes_on(self, token: Token, rounds: int) -> bool:
        try:
            return super().goes_on(token, rounds)
        except _Undecided:
            return self._whether("again", token, first=False)

    def _watch(self, token: Token) -> bool:
        """A conditional event that reads what is not known may happen at once, or go on waiting."""
        event = token.element.event
        if event is None or event.value is None or token.internal_data.get("asked"):
            return False
        try:
            self._value(event.value, token.frame.variables)
        except _Undecided:
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
        except _Undecided:
            return UNKNOWN


def _arrivals(marking: Marking) -> dict[int, dict[str, int] | None]:
    return {one.id: deepcopy(one.internal_data.get("arrivals")) for one in marking.tasks.values()}


def _is_unknown(value: Any) -> bool:
    """Whether a value is unknown, or has something unknown in it."""
    if isinstance(value, Mapping):
        return any(map(_is_unknown, value.values()))
    if isinstance(value, list):
        return any(map(_is_unknown, value))
    return value is UNKNOWN


def _read_by(script: Any) -> set[str]:
    return {name for one in script.assignments for name in one.value.names} | set(script.writes)
