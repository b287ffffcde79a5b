"""Random moves on random processes: what is accepted never gets stuck, never runs twice and always ends;
what is refused leaves no trace; what is said to be missing from a move makes it sound."""

import json
import random
from collections import Counter
from contextlib import suppress

import pytest

from tests.conformance.growing import grow
from tests.conformance.playing import compile_all
from tests.workflows.engine.drawing import FakeHost
from workflows.engine import Case, EngineError, Place
from workflows.engine.lint.graph import graph_of
from workflows.engine.migration import migrate

OUTSIDE = ("work_item", "incident", "timer", "message", "signal", "condition")
MOVES = 10
TO_THE_END = 1_500


class Mover:
    """One case, moved at random."""

    def __init__(self, compiled, chance):
        self.definition, self.chance = compiled.definition, chance
        self.places = list(places_of(self.definition))
        self.case = Case.start(self.definition, FakeHost(), dict(compiled.process.lists))
        self.count = Counter()
        self.settle()

    def settle(self):
        case = self.case
        while any(each.kind == "continuation" for each in case.waiting()):
            case.continue_()
        state = json.dumps(case.state())
        self.case = Case.load(self.definition, json.loads(state), case.host)
        assert json.dumps(self.case.state()) == state
        if not self.case.is_completed:
            same = migrate(json.loads(state), self.definition, self.definition, host=case.host)
            assert json.dumps(same) == state, "going over to the same version changes something"
        self.check()

    def check(self):
        waiting = self.case.waiting()
        assert self.case.is_completed == (not waiting)
        assert not waiting or any(each.kind in OUTSIDE for each in waiting), "stuck"
        for (frame, name), count in Counter(standing(self.case)).items():
            assert count == 1 or name in self.may_be_twice(frame), f"{count} tokens at {name}"

    def may_be_twice(self, number):
        """What lies on the paths of non-interrupting events, and what such events start."""
        frame = self.case._marking.frames[number]
        graph = graph_of(frame.definition, frame.scope)
        on_paths = {name for event in graph.beside for name in graph.region([event])}
        elements = frame.definition.elements
        edges = {each.id for each in elements.values() if each.host in on_paths}
        return on_paths | edges | {each.id for each in elements.values() if each.kind == "event_subprocess"}

    # -- going on by itself

    def act(self, waiting):
        case = self.case
        fields = {field.id: self.chance.choice((0, 0, 1, 2)) for field in waiting.element.form}
        if waiting.kind == "work_item":
            case.complete(waiting.token, fields)
        elif waiting.kind in ("timer", "message", "signal"):
            case.fire(waiting.token, fields or None, due={"moment": "m", "anchor": "a", "round": 1})
        else:
            self.pass_by(waiting)
        self.settle()

    def pass_by(self, waiting):
        """What nothing in the case makes go on any more: a condition whose flag nobody will set, a step
        that calculates with what was jumped over."""
        if waiting.kind == "incident":
            with suppress(EngineError):  # it may be a gateway
                self.case.skip(waiting.token)
                return
        *calls, name = waiting.path.split("/")
        definition = self.definition
        for call in calls:
            definition = definition.calls[call]
        flow = self.chance.choice(definition.outgoing(name))
        target = "/".join([*calls, flow.target])
        joined = isinstance_join(definition, flow.target)
        place = Place(target, flow.id if joined else None, waiting.token)
        self.case.place(cancel=[waiting.token], at=[place])
        self.count["passed by"] += 1

    def possible(self):
        """What can be made happen; a condition at an edge comes by itself, or does not."""
        return [
            each
            for each in self.case.waiting()
            if each.kind in OUTSIDE and not (is_edge(each) and each.kind in ("condition", "incident"))
        ]

    def finish(self):
        for _ in range(TO_THE_END):
            if self.case.is_completed:
                return
            waiting = self.possible()
            on_the_way = [each for each in waiting if not is_edge(each)]
            plain = [each for each in on_the_way if each.kind != "condition"]
            self.act(self.chance.choice(plain or on_the_way or waiting))
        raise AssertionError(f"does not end: {[(w.kind, w.path) for w in self.case.waiting()]}")

    # -- moves

    def move(self):
        case, chance = self.case, self.chance
        tokens = [each for each in case.waiting() if not is_edge(each) or chance.random() < 0.1]
        cancel = [
            self.some_of(each)
            for each in chance.sample(tokens, min(len(tokens), chance.choice((0, 1, 1, 2, 3))))
        ]
        at = [self.some_place(tokens) for _ in range(chance.choice((0, 1, 1, 1, 2)))]
        before = json.dumps(case.state())
        needed = case.complete_move(cancel, at) if chance.random() < 0.3 else ...
        assert (json.dumps(case.state()), case.events) == (before, []), "asking has changed something"
        try:
            case.place(cancel=cancel, at=at)
        except EngineError as refused:
            assert needed != []
            self.count["refused", refused.code] += 1
            assert json.dumps(case.state()) == before
            assert (case.events, case.outbox) == ([], [])
            if needed in (..., None):
                return
            case.place(cancel=[*cancel, *needed], at=at)
            self.count["completed"] += 1
        else:
            assert needed in (..., [])
            self.count["accepted"] += 1
        self.settle()

    def some_of(self, waiting):
        if waiting.arrivals and self.chance.random() < 0.7:
            return waiting.token, self.chance.choice(list(waiting.arrivals))
        return waiting.token

    def some_place(self, tokens):
        path, flows = self.chance.choice(self.places)
        flow = self.chance.choice(flows) if len(flows) > 1 and self.chance.random() < 0.7 else None
        beside = self.chance.choice(tokens).token if tokens and self.chance.random() < 0.5 else None
        return Place(path, flow, beside)


def places_of(definition, prefix="", depth=0):
    for element in definition.elements.values():
        flows = [flow.id for flow in definition.flows.values() if flow.target == element.id]
        yield prefix + element.id, flows if isinstance_join(definition, element.id) else []
    for call, called in definition.calls.items():
        if depth < 2:
            yield from places_of(called, f"{prefix}{call}/", depth + 1)


def isinstance_join(definition, name):
    element = definition.elements[name]
    incoming = sum(1 for flow in definition.flows.values() if flow.target == name)
    return element.kind in ("parallel_gateway", "inclusive_gateway") and incoming > 1


def is_edge(waiting):
    """An event at the edge of an activity or of a scope: it need not happen."""
    return waiting.element.kind in ("boundary_event", "start_event")


def standing(case):
    """(frame, element) of each token; the body of a marker stands in a frame of its own."""
    return [(row[4] if len(row) > 4 else 0, row[1]) for row in case.state()["tokens"]]


def play(seeds):
    count = Counter()
    for seed in seeds:
        compiled = compile_all(grow(seed))
        if compiled.refusals:
            continue
        chance = random.Random(f"moves {seed}")
        try:
            mover = Mover(compiled, chance)
            for _ in range(MOVES):
                if mover.case.is_completed:
                    break
                mover.move()
                waiting = mover.possible()
                if waiting and chance.random() < 0.7:
                    mover.act(chance.choice(waiting))
            mover.finish()
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        count += mover.count
    return count


def test_random_moves():
    count = play(range(60))
    assert count["accepted"] >= 40
    assert count["completed"] >= 5
    assert sum(number for what, number in count.items() if what[0] == "refused") >= 100


@pytest.mark.long
@pytest.mark.parametrize("begin", range(1_000, 3_000, 200))
def test_many_random_moves(begin):
    play(range(begin, begin + 200))


if __name__ == "__main__":
    import sys

    for what, number in sorted(play(range(int(sys.argv[1]), int(sys.argv[2]))).items(), key=str):
        print(number, what)
