"""Old and large cases are right, and their steps cost what they must.

Cost is counted, not timed: tokens and frames, characters of the state (any number as one digit), what is
told in one step, and calls of Python functions while a saved case is loaded, moved and saved again."""

import gc
import json
import re
import sys
from dataclasses import dataclass

import pytest

from tests.conformance.runs import compile_sketch
from tests.conformance.sketch import (
    Sketch,
    call,
    handler,
    loop,
    multi,
    on,
    script,
    sketch,
    sub,
    user,
)
from tests.workflows.engine.drawing import FakeHost
from workflows.engine import Case

HOST = FakeHost()


@dataclass(frozen=True)
class Cost:
    """What one step has cost, and what the case was after it."""

    places: int
    size: int
    told: int
    calls: int


class Saved:
    """A case that is only loaded for a step, as in life."""

    def __init__(self, drawn, data=None):
        self.definition = compile_sketch(drawn, {})
        case = Case.start(self.definition, HOST, data)
        self.text, self.variables = json.dumps(case.state()), dict(case.variables)
        self.is_over = case.is_completed

    def items(self):
        return [
            w
            for w in Case.load(self.definition, json.loads(self.text), HOST).waiting()
            if w.kind == "work_item"
        ]

    def step(self, element, data=None, index=None, *, measured=False):
        state = json.loads(self.text)
        calls = 0

        def count(frame, event, argument):
            nonlocal calls
            calls += event in ("call", "c_call")

        if measured:
            gc.disable()  # somebody may have asked to be called at every collection
            before = sys.getprofile()
            sys.setprofile(count)
        try:
            case = Case.load(self.definition, state, HOST)
            token = next(
                w.token
                for w in case.waiting()
                if w.element.id == element
                and w.kind == "work_item"
                and (index is None or w.indices == (index,))
            )
            case.complete(token, data)
            state = case.state()
        finally:
            if measured:
                sys.setprofile(before)
                gc.enable()
        self.text, self.variables, self.is_over = json.dumps(state), dict(case.variables), case.is_completed
        places = len(state["tokens"]) + len(state.get("frames", ()))
        return Cost(places, len(re.sub(r"\d+", "0", self.text)), len(case.events), calls)


STEP = sketch("-> x ->", key="step")
# One round: what is done in it, last what decides whether there is another.
LOOPS = {
    "a flow that leads back": (
        sketch(
            "-> merge -> add -> a -> which -> [n < most] merge",
            "which ->",
            has="n=0 most=0",
            add=script("n = n + 1"),
            a=user(),
        ),
        ["a"],
    ),
    "a parallel section in the loop": (
        sketch(
            "-> merge -> add -> fork -> a -> join -> which -> [n < most] merge",
            "fork -> b -> join",
            "which ->",
            has="n=0 most=0",
            add=script("n = n + 1"),
        ),
        ["a", "b"],
    ),
    "an inclusive section in the loop": (
        sketch(
            "-> merge -> add -> some -> [n > 0] a -> gather -> which -> [n < most] merge",
            "some -> [n >= 1] b -> gather",
            "some -> c -> gather",
            "which ->",
            has="n=0 most=0",
            add=script("n = n + 1"),
        ),
        ["b", "a"],
    ),
    "scopes, calls, elements and events in the loop": (
        sketch(
            "-> merge -> add -> s -> call1 -> m -> which -> [n < most] merge",
            "which ->",
            has="n=0 most=0",
            add=script("n = n + 1"),
            s=sub(
                "-> a ->",
                "late -> b ->",
                late=on("a", "timer", stays=True),
                w=handler("message", "news", "-> h ->"),
            ),
            call1=call(STEP),
            m=multi(user(), times="2", sequential=True),
        ),
        ["a", "x", "m", "m"],
    ),
    "a loop marker on a subprocess": (
        sketch(
            "-> m ->",
            has="n=0 most=0",
            m=loop(sub("-> add -> a ->", add=script("n = n + 1")), go_on="n < most"),
        ),
        ["a"],
    ),
}


def rounds_of(drawn, steps, most):
    """The cost of every step of round 5 and of one of the last; everything in between only has to be right."""
    case = Saved(drawn, {"most": most})
    early, late = [], []
    for number in range(1, most + 1):
        for element in steps:
            measured = number in (5, most - 1)
            cost = case.step(element, measured=measured)
            if measured:
                (early if number == 5 else late).append(cost)
        assert case.is_over == (number == most)
    assert case.variables["n"] == most
    return early, late


def test_round_5000_costs_as_much_as_round_5():
    early, late = rounds_of(*LOOPS["a flow that leads back"], 5_000)
    assert late == early


@pytest.mark.parametrize("name", LOOPS)
def test_round_300_costs_as_much_as_round_5(name):
    early, late = rounds_of(*LOOPS[name], 300)
    assert late == early


@pytest.mark.long
@pytest.mark.parametrize("name", LOOPS)
def test_round_5000_of_everything_costs_as_much_as_round_5(name):
    early, late = rounds_of(*LOOPS[name], 5_000)
    assert late == early


def test_forks_ten_in_a_row():
    """Ahead of a token nothing is made: the tenth fork costs what the second does."""
    lines = []
    for number in range(10):
        before = "" if not number else f"join{number - 1} "
        lines += [
            f"{before}-> fork{number} -> a{number} -> set{number} -> join{number}",
            f"fork{number} -> b{number} -> join{number}",
        ]
    lines.append("join9 ->")
    scripts = {f"set{number}": script(f"n = n + {number}") for number in range(10)}
    # Steps have no records here, which would make the state longer with each of them.
    case = Saved(Sketch(*lines, has="n=0", **scripts), {})
    costs = []
    for number in range(10):
        assert [w.element.id for w in case.items()] == [f"a{number}", f"b{number}"]
        costs.append((case.step(f"b{number}", measured=True), case.step(f"a{number}", measured=True)))
    assert case.is_over
    assert case.variables["n"] == 45
    assert max(cost.places for pair in costs for cost in pair) <= 2
    for first, tenth in zip(costs[1], costs[8], strict=True):
        assert tenth.told == first.told
        assert abs(tenth.calls - first.calls) <= 0.03 * first.calls


def elements(count):
    """A multi-instance of so many subprocesses, each with two steps and a timer."""
    return Saved(
        sketch(
            "-> m ->",
            has="lines:list[integer]",
            m=multi(
                sub(
                    "-> a -> double -> b ->",
                    "late -> c ->",
                    a=user("n"),
                    double=script("n = n * 2"),
                    late=on("a", "timer", stays=True),
                ),
                over="lines",
                item="line",
                value="n + line",
                into="out",
            ),
        ),
        {"lines": list(range(count))},
    )


def test_200_subprocesses_at_once_are_right():
    case = elements(200)
    assert len(case.items()) == 200
    backwards = list(reversed(range(200)))
    for index in backwards:
        case.step("a", {"n": index}, index)
    assert len(case.items()) == 200
    for index in backwards[::2] + backwards[1::2]:
        case.step("b", None, index)
    assert case.is_over
    assert case.variables["out"] == [3 * index for index in range(200)]


def test_a_step_among_many_elements_costs_at_most_in_proportion():
    costs = {}
    for count in (50, 100, 200):
        case = elements(count)
        costs[count] = [
            case.step("a", {"n": 1}, count // 2, measured=True),
            case.step("b", None, count // 2, measured=True),
        ]
    for few, many in ((50, 100), (100, 200)):
        for small, large in zip(costs[few], costs[many], strict=True):
            assert large.places <= 2.1 * small.places
            assert large.size <= 2.1 * small.size
            assert large.calls <= 2.1 * small.calls
            assert large.told == small.told


def test_more_than_200_elements_are_held():
    case = Saved(sketch("-> a -> m ->", a=user("n"), m=multi(user(), times="n")))
    case.step("a", {"n": 201})
    [held] = Case.load(case.definition, json.loads(case.text), HOST).waiting()
    assert (held.kind, held.element.id, held.error.code) == ("incident", "m", "too_many_elements")
