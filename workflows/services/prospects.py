"""What comes next in a case: for each place where it stands, the ways on from there.

Everything is played by the engine on a copy (``engine.foresight``); nothing is performed and nothing is written.
"""

from __future__ import annotations

import logging
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Final

from core import clock
from core.actors import SystemActor
from workflows.definitions import definition_of
from workflows.engine import Case, Waiting
from workflows.engine.foresight import Foreseen, foresee
from workflows.models import ProcessInstance
from workflows.services.host import DomainHost, NoHost

logger = logging.getLogger(__name__)

# Nobody reads the ways on from hundreds of elements of a multi-instance, and each takes a play.
MOST_PLACES: Final = 20


@dataclass(frozen=True)
class Prospect:
    """One place of a case and the ways on from it, by the decision that is made there ("" where there is none)."""

    waiting: Waiting
    ways: dict[str, Foreseen] = field(default_factory=dict)


@dataclass(frozen=True)
class Prospects:
    """The places of a case in the order in which they were reached; ``left_out`` more are like the last ones.

    ``joins`` wait for other branches and for nobody else.
    """

    places: list[Prospect] = field(default_factory=list)
    joins: list[Waiting] = field(default_factory=list)
    left_out: int = 0


def prospects_of(case: ProcessInstance) -> Prospects:
    """What comes next. The caller has shown that the case may be seen. Empty for a case that is over, and for one
    whose state cannot be read: the audit tells of that."""
    if not case.is_open:
        return Prospects()
    definition = definition_of(case.version_id)
    host = DomainHost(case, person=SystemActor("foresight"), now=clock.now())
    try:
        # A state is taken over by the case that loads it; it comes from the row, and is copied for each play.
        waiting = Case.load(definition, deepcopy(case.state), NoHost()).waiting()
    except Exception:
        logger.warning("The state of case %s cannot be read.", case.pk, exc_info=True)
        return Prospects()
    places = [one for one in waiting if one.kind in MOVES]
    found = [Prospect(one, _ways(case, one, host)) for one in places[:MOST_PLACES]]
    return Prospects(found, [one for one in waiting if one.kind == "join"], len(places) - len(found))


# What somebody or something outside can move on.
MOVES: Final = ("work_item", "timer", "message", "signal", "condition", "job", "incident")


def _ways(case: ProcessInstance, waiting: Waiting, host: DomainHost) -> dict[str, Foreseen]:
    codes = [one.code for one in waiting.element.outcomes] if waiting.kind == "work_item" else []
    ways: dict[str, Foreseen] = {}
    for code in codes or [""]:
        try:
            ways[code] = foresee(
                definition_of(case.version_id), case.state, host, waiting.token, outcome=code or None
            )
        except Exception:
            # Looking ahead must never keep anybody from looking at the case.
            logger.exception("What comes behind %s of case %s cannot be told.", waiting.path, case.pk)
    return ways
