"""Take a running case over into another version of its process.

Tokens keep their ids and frames their variables; what is new in the version begins to wait: events at
the edge of running steps, starts of event subprocesses, branches of a race. What a step has settled
already, as the moment of a timer, stays as it is. The marking must be sound in the new version, perhaps after
tokens were moved along with it; else the answer is every reason why not, and nothing has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from .case import Case
from .definition import Definition, Element
from .errors import EngineError, Failure
from .frames import EACH, PROCESS, ROUND, SCOPE, Frame
from .host import Host
from .kernel import ERROR, WAITING, Token
from .likeness import (
    calls_to,
    gateway_of,
    is_like,
    knows,
    label_of,
    marker_of,
    own_names,
    still_fits,
    types_of,
    waits_in,
)
from .messages import hint, message
from .performing import describe, path_of
from .placing import Place, Taken, move_tokens, take_away
from .specs import Catching, Join
from .standing import fault, handler_of, is_armed


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why a case cannot go over. `element` is where the case stands, in the old version."""

    code: str
    element: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    def message(self, lang: str = "en") -> str:
        return message(self.code, lang, self.params)

    def hint(self, lang: str = "en") -> str:
        """What to do about it; empty where there is nothing to say."""
        return hint(self.code, lang, self.params)


class CannotMigrate(EngineError):  # noqa: N818 - reads as the sentence it is
    """The case cannot go over as it stands; `obstacles` are all reasons."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        super().__init__("cannot_migrate")
        self.obstacles = tuple(obstacles)

    def message(self, lang: str = "en") -> str:
        joint = "" if lang.lower().startswith("zh") else " "
        return joint.join([super().message(lang), *(each.message(lang) for each in self.obstacles)])


def migrate(
    state: dict[str, Any],
    old: Definition,
    new: Definition,
    mapping: Mapping[str, str] | None = None,
    *,
    host: Host,
    cancel: Sequence[Taken] = (),
    at: Sequence[str | Place] = (),
) -> dict[str, Any]:
    """The state of a case of the old version as one of the new; the old state stays as it is.

    `mapping` says by which element (or flow into a join) of the new version one of the old is
    replaced, each by its path. `cancel` takes tokens away before, `at` places tokens in the new version.
    What then can go on by itself goes on with `Case.continue_`. Raises CannotMigrate, and NotWaiting for
    a case that is over or a token that is gone."""
    before = Case.load(old, deepcopy(state), host)
    before.require_running()
    migration = _Migration(before, Case(new, host), dict(mapping or {}))
    take_away(before._marking, cancel)
    return migration.run(at)


class _Migration:
    def __init__(self, before: Case, after: Case, mapping: dict[str, str]) -> None:
        self.before, self.after, self.mapping = before, after, mapping
        self.old, self.new = before._marking, after._marking
        self.obstacles: list[Obstacle] = []
        self.frames: dict[int, Frame] = {0: self.new.root}
        self.interrupted = {
            number for number, frame in self.old.frames.items() if handler_of(frame) is not None
        }

    def run(self, at: Sequence[str | Place]) -> dict[str, Any]:
        self._check_mapping()
        self._carry()
        self._stop()
        self._check_races()
        self._stop()
        self._begin_to_wait()
        self._let_join()
        try:
            move_tokens(self.new, (), at)
        except EngineError as refused:
            self._refuse(refused.code, None, **refused.params)
        self._stop()
        for frame in self.new.frames.values():
            wrong = fault(frame)
            if wrong is not None:
                self._refuse(wrong.code, None, **wrong.params)
        self._stop()
        return self.after.state()

    def _refuse(self, code: str, token: Token | None, **params: Any) -> None:
        path = path_of(token) if token is not None else None
        obstacle = Obstacle(code, path, params)
        if obstacle not in self.obstacles:
            self.obstacles.append(obstacle)

    def _stop(self) -> None:
        if self.obstacles:
            raise CannotMigrate(self.obstacles)

    def _check_mapping(self) -> None:
        for old, new in self.mapping.items():
            for name, definition in ((old, self.before.definition), (new, self.after.definition)):
                if not knows(definition, name):
                    self._refuse("place_no_such_element", None, name=name[:80])

    # -- tokens and frames

    def _carry(self) -> None:
        """Everything in the order in which it came: whatever something stands in is older than it."""
        self.new.next_number = self.old.next_number
        self._carry_variables(self.old.root, self.new.root)
        frames = [frame for frame in self.old.frames.values() if frame.number]
        things: list[Token | Frame] = [*frames, *self.old.tasks.values()]
        for each in sorted(things, key=lambda each: each.number if isinstance(each, Frame) else int(each.id)):
            if isinstance(each, Frame):
                self._carry_frame(each)
            else:
                self._carry_token(each)
        agenda = (self.new.tasks.get(token.id) for token in self.old.agenda)
        self.new.agenda.extend(token for token in agenda if token is not None)

    def _carry_frame(self, frame: Frame) -> None:
        host = self.new.tasks.get(frame.host.id) if frame.host is not None else None
        if host is None:
            return  # refused with its activity
        definition, scope = host.frame.definition, host.element.id
        if frame.kind == PROCESS:
            definition = definition.calls[scope]
            scope = definition.key
        over = Frame(frame.number, frame.kind, scope, definition, host, {}, frame.index)
        over.done = frame.done
        self.new.frames[frame.number] = self.frames[frame.number] = over
        self._carry_variables(frame, over)

    def _carry_token(self, token: Token) -> None:
        frame = self.frames.get(token.frame.number)
        if frame is None:
            return
        spec = self._spec_for(token, frame)
        if spec is None:
            return
        over = Token(self.new, spec, token.id, token._state, frame)
        over.internal_data = deepcopy(token.internal_data)
        arrivals = token.internal_data.get("arrivals")
        if arrivals is not None:
            over.internal_data["arrivals"] = self._arrivals(token, spec, arrivals)
        self.new.add(over)

    def _spec_for(self, token: Token, frame: Frame) -> Any:
        """What the token stands at now; None if there is no such thing, which has been said."""
        if frame.kind in (EACH, ROUND) and frame.host is not None:
            return frame.host.task_spec.body
        armed = is_armed(token)
        name = self._name_in(token, frame)
        element = frame.definition.elements.get(name) if name is not None else None
        if element is None:
            if not armed and name is not None:
                self._refuse("migrate_element_gone", token, name=label_of(token.element))
            return None
        if armed and waits_in(frame.definition, element) != frame.scope:
            return None
        if armed:
            return frame.definition._spec.task_specs[name] if self._still_waits(token, element) else None
        if waits_in(frame.definition, element) != frame.scope:
            self._refuse("migrate_other_scope", token, name=label_of(token.element))
        elif not is_like(token.element, element) or marker_of(token.element) != marker_of(element):
            self._refuse("migrate_other_kind", token, name=label_of(token.element))
        else:
            return frame.definition._spec.task_specs[name]
        return None

    def _name_in(self, token: Token, frame: Frame) -> str | None:
        """The id of an element in the new version. It stays in the process in which it stands."""
        mapped = self.mapping.get(path_of(token))
        if mapped is None:
            return token.element.id
        calls, _, name = mapped.rpartition("/")
        if calls != calls_to(frame):
            self._refuse("migrate_other_scope", token, name=label_of(token.element))
            return None
        return name

    def _still_waits(self, token: Token, element: Element) -> bool:
        """Whether an event at an edge, or the start of an event subprocess, is still there. If not, it
        goes without a word: the case does not stand at it."""
        on = token.internal_data.get("on")
        if on is None:
            return is_like(token.element, element)
        host = self.new.tasks.get(on)
        return host is None or (element.host == host.element.id and is_like(token.element, element))

    def _arrivals(self, token: Token, spec: Any, arrivals: Mapping[str, int]) -> dict[str, int]:
        calls = path_of(token).rpartition("/")[0]
        found: dict[str, int] = {}
        for flow, count in arrivals.items():
            path = f"{calls}/{flow}" if calls else flow
            over = self.mapping.get(path, path).rpartition("/")[2]
            if over not in spec.arriving:
                self._refuse("migrate_flow_gone", token, name=label_of(token.element), flow=flow)
            found[over] = found.get(over, 0) + count
        return found

    # -- variables

    def _carry_variables(self, frame: Frame, over: Frame) -> None:
        before, now = types_of(frame), types_of(over)
        own = own_names(over)
        values = deepcopy(frame.local)
        for name, value in frame.local.items():
            if not still_fits(value, before.get(name), now.get(name)):
                self._refuse(
                    "migrate_variable_type",
                    frame.host,
                    name=name,
                    first=str(before[name].kind),
                    second=str(now[name].kind),
                )
            if frame.kind == SCOPE and name not in own:
                del values[name]
                if name in now:  # it is of the process now
                    self._refuse("migrate_variable_moved", frame.host, name=name)
        for name, default in own.items():
            if name not in values:
                values[name] = deepcopy(default)
                if frame.kind == SCOPE and name in before:
                    self._refuse("migrate_variable_moved", frame.host, name=name)
        over.local.update(values)

    # -- races

    def _check_races(self) -> None:
        """What raced still races, with the same others."""
        gateways: dict[int, str | None] = {}
        for token in self.new.tasks.values():
            if not isinstance(token.task_spec, Catching) or "fired" in token.internal_data:
                continue
            race, gateway = token.internal_data.get("race"), gateway_of(token)
            if (race is None) != (gateway is None) or gateways.setdefault(race or 0, gateway) != gateway:
                self._refuse("migrate_race", self.old.tasks[token.id], name=label_of(token.element))
        seen: set[tuple[int, str]] = set()
        for token in self.new.tasks.values():
            race = token.internal_data.get("race")
            if race is None:
                continue
            if (race, token.task_spec.name) in seen:
                self._refuse("place_twice", self.old.tasks[token.id], names=[label_of(token.element)])
            seen.add((race, token.task_spec.name))

    # -- what is new begins to wait

    def _begin_to_wait(self) -> None:
        races: set[int] = set()
        for token in list(self.new.tasks.values()):
            before, race = self.old.tasks[token.id], token.internal_data.get("race")
            if race is not None and race not in races and "fired" not in token.internal_data:
                races.add(race)
                self._begin_race(before, token, race)
            if token.task_spec.attached and "enter" not in token.internal_data:
                events = [spec.element for spec in before.task_spec.attached]
                known = set(self._known(before.frame, events, token.frame))
                self._arm(token, [spec for spec in token.task_spec.attached if spec.name not in known])
        for number, frame in list(self.frames.items()):
            if frame.kind in (PROCESS, SCOPE) and not frame.done and handler_of(frame) is None:
                self._begin_triggers(self.old.frames[number], frame)

    def _known(self, before: Frame, elements: Iterable[Element], frame: Frame) -> Iterator[str]:
        """The new ids of events that the old version had there too: they wait, or have happened."""
        calls = calls_to(before)
        for element in elements:
            path = f"{calls}/{element.id}" if calls else element.id
            name = self.mapping.get(path, path).rpartition("/")[2]
            now = frame.definition.elements.get(name)
            if now is not None and is_like(element, now):
                yield name

    def _arm(self, host: Token, specs: Sequence[Any]) -> None:
        for spec in specs:
            try:
                self.new.arm(host, [spec])
            except Exception as error:
                self._refuse_event(spec, error)

    def _begin_race(self, before: Token, token: Token, race: int) -> None:
        gateway = gateway_of(token)
        if gateway is None:
            return
        spec = token.frame.definition._spec.task_specs[gateway]
        old_gateway = gateway_of(before)
        old_flows = before.frame.definition.outgoing(old_gateway) if old_gateway is not None else ()
        elements = [before.frame.definition.elements[flow.target] for flow in old_flows]
        known = set(self._known(before.frame, elements, token.frame))
        for flow, target in spec.leaving:
            if target.name not in known:
                self._put(target, token.frame, flow.id, race=race)

    def _begin_triggers(self, before: Frame, frame: Frame) -> None:
        specs, old = frame.definition._spec.task_specs, before.definition
        triggers = [old.elements[name] for name in old.scopes[before.scope].triggers]
        known = {token.task_spec.name for token in frame.tokens.values()}
        if before.number not in self.interrupted:  # else all of them wait again
            known.update(self._known(before, triggers, frame))
        for trigger in frame.definition.scopes[frame.scope].triggers:
            if trigger not in known:
                self._put(specs[trigger], frame)

    def _put(self, spec: Any, frame: Frame, flow: str | None = None, **internal: Any) -> None:
        token = self.new.put(spec, frame, flow, **internal)
        if token._state == ERROR:
            failure = Failure(**token.internal_data["failure"])
            self._refuse("place_cannot_open", None, name=label_of(spec.element), reason=failure)

    def _refuse_event(self, spec: Any, error: Exception) -> None:
        self._refuse(
            "place_cannot_open", None, name=label_of(spec.element), reason=Failure(**describe(error))
        )

    def _let_join(self) -> None:
        """A join for which nothing is missing any more, as a branch is gone in the new version."""
        for token in list(self.new.tasks.values()):
            spec = token.task_spec
            if not isinstance(spec, Join) or spec.joins or token._state != WAITING:
                continue
            if token.internal_data["arrivals"].keys() >= set(spec.arriving):
                spec._leave(token)
                self.new.wake(token)
