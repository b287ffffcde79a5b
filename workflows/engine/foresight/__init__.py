"""What would come next: the case is played on from where it stands, and nothing is done.

Operations are not called, nothing is sent. What they would answer, what people will fill in, and what time it
will be then is not known; a decision that reads it is played each way, and the answer says what each way
assumes. Everything else is decided as it really would be, by the same engine and the values the case has now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from workflows.engine.definition import Definition
from workflows.engine.host import Host
from workflows.engine.placing import Place, Taken

from .playing import Play, TooMany
from .ways import Assumption, Foreseen, Question, Way

__all__ = ["Assumption", "Foreseen", "Question", "Way", "foresee", "foresee_move"]

# So many ways are told; a diagram that asks more says so.
MOST_WAYS: Final = 24


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
    definition: Definition, state: Mapping[str, Any], host: Host, act: Callable[[Play], None]
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
        play = Play(definition, host, script)
        play.load_copy(state)
        try:
            way = play.way_of(act)
        except TooMany:
            is_whole = False
        else:
            if all(way.next != known.next or way.assumes != known.assumes for known in ways):
                ways.append(way)
        for at in reversed(range(len(script), len(play.asked))):
            before = [answer for answer, _count in play.asked[:at]]
            open_scripts.extend([*before, other] for other in reversed(range(1, play.asked[at][1])))
    return Foreseen(tuple(ways), is_whole)
