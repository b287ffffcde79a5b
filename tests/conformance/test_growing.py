"""What the differential tests stand on: processes that are sound, whole, and use everything."""

import random
from collections import Counter

from lxml import etree

from tests.conformance.blocks import Boundary, Call, Handler, Process, Sub, called, parts
from tests.conformance.drawing import draw
from tests.conformance.game import EVENTS, play_alone
from tests.conformance.growing import grow

SEEDS = range(300)
REFERENCES = (
    "sourceRef",
    "targetRef",
    "attachedToRef",
    "messageRef",
    "signalRef",
    "errorRef",
    "escalationRef",
)


def test_what_grows_is_sound():
    """In the game alone: something can always be done until it is over, and it comes to an end."""
    for seed in SEEDS:
        assert play_alone(grow(seed), random.Random(seed + 7)).is_over


def test_what_grows_has_everything():
    """Each kind of block and event is really played."""
    seen = set()
    for seed in SEEDS:
        seen |= play_alone(grow(seed), random.Random(seed + 7)).seen
    assert seen >= {
        *("Row", "Script", "Catch", "Throw", "Link", "Choice", "Inclusive", "Parallel", "Loop", "Race"),
        *("User", "Sub", "Call", "Multi", "Rounds", "condition"),
        *("userTask", "manualTask", "task", "subProcess", "transaction", "callActivity"),
        *(f"Decide {policy}" for policy in ("UNIQUE", "FIRST", "COLLECT")),
        *(f"End {kind}" for kind in ("none", "terminate", "error", "escalation", "cancel", "message")),
        *(f"Boundary {kind}" for kind in (*EVENTS, "error", "escalation", "cancel")),
        *(f"Handler {kind}" for kind in (*EVENTS, "error", "escalation")),
    }


def test_what_grows_is_nested_and_repeated():
    """Processes call each other several deep and from several places, names hide others, timers come again."""
    deep = again = hidden = cycles = objects = 0
    for seed in SEEDS:
        process = grow(seed)
        everything = [part for each in [*called(process), process] for part in parts(each)]
        calls = Counter(part.process.key for part in everything if isinstance(part, Call))
        deep += any(called(each) for each in called(process))
        again += any(count > 1 for count in calls.values())
        hidden += any(
            not name.split("_")[-1].startswith("own")
            for sub in everything
            if isinstance(sub, Sub)
            for name in sub.locals
        )
        cycles += any(part.rounds is not None for part in everything if isinstance(part, (Boundary, Handler)))
        objects += any(sub.drawn for sub in everything if isinstance(sub, (Sub, Process)))
    assert min(deep, again, hidden, cycles, objects) >= 5


def test_the_same_seed_grows_the_same():
    assert draw(grow(7)) == draw(grow(7))


def test_what_is_drawn_hangs_together():
    """Each id is there once, and whatever is referred to is there."""
    for seed in SEEDS:
        process = grow(seed)
        for each in [*called(process), process]:
            elements = [node for node in etree.fromstring(draw(each)).iter() if isinstance(node.tag, str)]
            ids = Counter(
                node.get("id") for node in elements if "bpmn" in (node.prefix or "") and node.get("id")
            )
            assert max(ids.values()) == 1
            for node in elements:
                assert {node.get(name) for name in REFERENCES if node.get(name)} <= ids.keys()
