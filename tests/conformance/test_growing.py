"""What the differential tests stand on: processes that are sound, whole, and use everything."""

import random
from collections import Counter

from lxml import etree

from tests.conformance.drawing import called, draw
from tests.conformance.game import play_alone
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
        *("Row", "Script", "Catch", "Throw", "Choice", "Inclusive", "Parallel", "Loop", "Race"),
        *("User", "Sub", "Call", "Multi", "Rounds", "Handler"),
        *(f"End {kind}" for kind in ("none", "terminate", "error", "escalation", "cancel", "message")),
        *(f"Boundary {kind}" for kind in ("timer", "message", "signal", "error", "escalation", "cancel")),
    }


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
