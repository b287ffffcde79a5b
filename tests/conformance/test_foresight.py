"""What is foretold is what then happens: on random processes of everything that is accepted, before every step.

Each of the ways that are told may come; the one that comes must be among them. Where only one is told, it comes.
"""

import random
from collections import Counter
from copy import deepcopy

import pytest

from tests.conformance.growing import grow
from tests.conformance.playing import OF_THE_CASE, Duel, choose, compile_all, key_of
from tests.conformance.runs import Run, compare
from tests.conformance.test_differential import LONG, NORMAL, batches
from tests.conformance.test_scenarios import SCENARIOS
from workflows.engine.foresight import foresee
from workflows.engine.standing import is_armed


class Prophet(Duel):
    """A duel in which somebody says before each step what will come."""

    def __init__(self, compiled):
        self.told, self.certain = 0, 0
        super().__init__(compiled, sleeps=False)

    def step(self, wait, values):
        state, token = deepcopy(self.case.state()), self.tokens[wait]
        before = set(self.standing())
        foreseen = foresee(self.definition, state, self.host, token)
        assert state == self.case.state(), "foretelling has changed the state"
        super().step(wait, values)
        came = Counter(key for id, key in self.standing().items() if id not in before)
        told = [Counter(map(key_of, way.next)) for way in foreseen.ways]
        over = [way.ends for way in foreseen.ways]
        self.told += 1
        self.certain += foreseen.is_certain
        if foreseen.is_whole:
            assert (came, self.case.is_completed) in list(zip(told, over, strict=True)), (
                f"after {key_of_wait(wait)}: {came}, told {told}"
            )

    def standing(self):
        """What newly begins to wait: not what waits at an edge, for another branch or for what is inside."""
        tokens = self.case._marking.tasks
        return {
            one.token: key_of(one)
            for one in self.case.waiting()
            if one.kind not in OF_THE_CASE and not is_armed(tokens[int(one.token)])
        }


def key_of_wait(wait):
    return wait.kind, wait.element


def prophesy(seeds):
    told = certain = 0
    for seed in seeds:
        compiled = compile_all(grow(seed))
        if compiled.refusals:
            continue
        it, chance = Prophet(compiled), random.Random(f"{seed} told")
        try:
            for number in range(40):
                if it.game.is_stuck:
                    break
                it.step(*choose(it.game.waits, chance, hurry=number > 20))
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        told, certain = told + it.told, certain + it.certain
    # It is no prophet who says "anything may come".
    assert certain * 3 > told, (certain, told)


@pytest.mark.parametrize("seeds", batches(NORMAL[:100], 25))
def test_what_comes_was_told(seeds):
    prophesy(seeds)


@pytest.mark.long
@pytest.mark.parametrize("seeds", batches(LONG[:1_000], 50))
def test_what_comes_was_told_of_many(seeds):
    prophesy(seeds)


class Foretold(Run):
    """A run of a scenario in which somebody says before each step what will come."""

    def _act(self, waiting, deed):
        ways = None
        if deed.verb in ("do", "retry") and waiting.kind in FORESEEN:
            outcome = deed.values.get("outcome") or (_only(waiting) if waiting.kind == "work_item" else None)
            ways = foresee(self.definition, self.running.state(), self.host, waiting.token, outcome=outcome)
        before = {each.token for each in self.running.waiting()} - {waiting.token}
        super()._act(waiting, deed)
        while any(each.kind == "continuation" for each in self.running.waiting()):
            self.running.continue_()
        if ways is None or not ways.is_whole:
            return
        tokens = self.running._marking.tasks
        came = Counter(
            key_of(each)
            for each in self.running.waiting()
            if each.token not in before
            and each.kind not in OF_THE_CASE
            and not is_armed(tokens[int(each.token)])
        )
        told = [(Counter(map(key_of, way.next)), way.ends) for way in ways.ways]
        # What fails while it is done is no way that anybody chose.
        if not any(key.startswith("incident:") for key in (_kind_first(one) for one in came)):
            assert (came, self.running.is_completed) in told, f"after {deed}: {came}, told {told}"


FORESEEN = ("work_item", "incident", "timer", "message", "signal")


def _kind_first(key):
    return f"{key[0]}:{key[1]}"


def _only(waiting):
    """Where there is one way to finish, a scenario does not name it."""
    codes = [one.code for one in waiting.element.outcomes]
    return codes[0] if len(codes) == 1 else None


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_of_every_row_what_comes_was_told(scenario):
    run = Foretold(scenario)
    for step in scenario.steps:
        compare(step, run.do(step.deed))
