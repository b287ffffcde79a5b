"""Random sound processes of everything that is accepted, on the engine and in a game of our own.

After every step the same must be open and waited for, each by the token it had before; the variables
must be the same, those of the process and those that each waiting step sees; the same must have been
said to the outside; and both must agree whether it is over. Between any two steps most cases are
saved and loaded."""

import random
from collections import Counter

import pytest

from tests.conformance.growing import grow
from tests.conformance.playing import compile_all, duel

NORMAL = range(300)
LONG = range(1_000, 4_000)

# These say what the lint could not do, so they are true of any process; every other one would
# accuse a process that is sound.
TRUE_REASONS = {"too_complex"}


def batches(seeds, size):
    return [pytest.param(seeds[at : at + size], id=str(seeds[at])) for at in range(0, len(seeds), size)]


def play(seeds):
    for seed in seeds:
        compiled = compile_all(grow(seed))
        if compiled.refusals:
            continue  # counted below
        for schedule in range(2):
            try:
                duel(compiled, random.Random(f"{seed} {schedule}"), sleeps=seed % 5 > 0)
            except Exception as error:
                error.add_note(f"seed {seed}; python -m tests.conformance.shrinking {seed} makes it small")
                raise


def count_refusals(seeds):
    refused = {seed: compiled.refusals for seed in seeds if (compiled := compile_all(grow(seed))).refusals}
    reasons = Counter(code for problems in refused.values() for code, _, _ in problems)
    assert set(reasons) <= TRUE_REASONS, {seed: problems[0] for seed, problems in refused.items()}
    assert len(refused) * 50 <= len(seeds), reasons


@pytest.mark.parametrize("seeds", batches(NORMAL, 25))
def test_agrees_with_the_game(seeds):
    play(seeds)


@pytest.mark.long
@pytest.mark.parametrize("seeds", batches(LONG, 50))
def test_agrees_on_many(seeds):
    play(seeds)


def test_hardly_any_is_refused():
    count_refusals(NORMAL)


@pytest.mark.long
def test_hardly_any_of_many_is_refused():
    count_refusals(LONG)
