"""What else has to go so that a move is sound: a button can then offer the whole move.

A token that returns out of one branch of a fork takes the other branches with it; this finds which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Final

from .errors import EngineError
from .frames import EACH, ROUND, Frame
from .kernel import Marking, Token
from .placing import Place, Taken, move_tokens
from .standing import Standing, fault, handler_of, is_sound, others_than, places, stands_of

# Combinations that are tried in one frame; what would take longer is not a button but an expert's work.
MAX_TRIES: Final = 500


def complete_move(
    fresh: Callable[[], Marking], cancel: Sequence[Taken], at: Sequence[str | Place], limit: int
) -> list[Taken] | None:
    """The fewest tokens, at most `limit`, to cancel too. None where there is no such move.

    `fresh` gives the marking anew for every try."""
    more: list[Taken] = []
    while True:
        marking = fresh()
        first_new = marking.next_number
        try:
            move_tokens(marking, [*cancel, *more], at)
        except EngineError:
            return None
        wrong = next((frame for frame in marking.frames.values() if fault(frame)), None)
        if wrong is None:
            return more
        found = _fewest(wrong, first_new, limit - len(more))
        if found is None:
            return None
        more.extend(found)


def _fewest(frame: Frame, first_new: int, limit: int) -> list[Taken] | None:
    handler = handler_of(frame)
    if handler is not None:
        others = others_than(handler)
        going = [handler] if handler.id < first_new else others
        if len(going) > limit or any(token.id >= first_new for token in going):
            return None
        return [str(token.id) for token in going]
    stay: list[Standing] = []
    may_go: list[tuple[Taken, Standing]] = []
    for token in places(frame):
        for stand in stands_of(token):
            if token.id < first_new:
                may_go.append((_taken(token, stand), stand))
            else:
                stay.append(stand)
    may_be_empty = _may_go_as_a_whole(frame)
    tries = 0
    for size in range(1, min(limit, len(may_go)) + 1):
        for chosen in combinations(range(len(may_go)), size):
            left = [stand for index, (_, stand) in enumerate(may_go) if index not in chosen]
            if not (stay or left or may_be_empty):
                continue
            tries += 1
            if tries > MAX_TRIES:
                return None
            if is_sound(frame, [*stay, *left]):
                return [may_go[index][0] for index in chosen]
    return None


def _taken(token: Token, stand: Standing) -> Taken:
    return str(token.id) if isinstance(stand, str) else (str(token.id), stand[1])


def _may_go_as_a_whole(frame: Frame) -> bool:
    """Whether an activity may be taken away: not the case itself, nor one element of a multi-instance."""
    return frame.host is not None and frame.host.frame.kind not in (EACH, ROUND)
