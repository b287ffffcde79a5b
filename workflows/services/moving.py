"""Move a case by hand: take tokens away, put tokens at other places, in one step.

Return, skip and repair are all of this kind. What the move would do is told before; the engine refuses what
would leave the case stuck. What steps have written stays; what would have been done on the way is not done.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from workflows.definitions import definition_of
from workflows.engine import Case, EngineError, Place
from workflows.engine.foresight import Foreseen, foresee_move
from workflows.models import HistoryEvent, ProcessInstance
from workflows.services import answers
from workflows.services.host import DomainHost
from workflows.services.incidents import require_reason
from workflows.services.instances import require_right
from workflows.services.step import step_of_instance

MOVE: Final = "workflows.move_case"
# A token by its id, or as (id, flow) what has arrived at a join.
Taken = str | tuple[str, str]


@dataclass(frozen=True)
class MovePreview:
    """What a move would lead to. ``refusal`` says why it cannot be; ``also`` is what would have to be taken away too
    for it to be possible, empty where nothing is known to help."""

    ahead: Foreseen | None = None
    refusal: str = ""
    also: tuple[Taken, ...] = ()


def preview_move(case: ProcessInstance, *, cancel: Sequence[Taken], at: Sequence[str | Place]) -> MovePreview:
    """Play a move on a copy: nothing is written, and no operation is called."""
    host = DomainHost(case, person=SystemActor("preview"), now=clock.now())
    definition = definition_of(case.version_id)
    try:
        return MovePreview(foresee_move(definition, case.state, host, cancel=cancel, at=at))
    except EngineError as error:
        refusal = error.message(get_language() or "zh-hans")
    also = Case.load(definition, deepcopy(case.state), host).complete_move(cancel, at)
    return MovePreview(refusal=refusal, also=tuple(also or ()))


def move_case(
    *,
    instance_id: int,
    cancel: Sequence[Taken],
    at: Sequence[str | Place],
    revision: int,
    reason: str,
    actor: Actor,
) -> ProcessInstance:
    """Take tokens of a case away and put others at elements, named by their paths.

    ``revision`` is the case's as it was looked at. Raises Conflict where it has gone on since, and where the case
    would be stuck; ApplicationError without a reason or where nothing is moved.
    """
    with step_of_instance(instance_id, actor=actor) as step:
        instance = step.instance
        require_right(step, MOVE)
        require_reason(reason)
        step.require_running()
        if instance.revision != revision:
            raise Conflict(
                _("The case has gone on meanwhile. Look at where it stands now, and move it from there."),
                code="stale_revision",
            )
        if not cancel and not at:
            text = _("Say what to take away or where to go on.")
            raise ApplicationError(text, code="nothing_to_move", errors={"at": [text]})
        case = step.load()
        names = {token: waiting.path for (token, _kind), waiting in step.waited.items()}
        told = {
            "taken": [_said(one, names) for one in cancel],
            "placed": [str(one) for one in at],
        }
        step.history.deed(HistoryEvent.Kind.MOVED, comment=reason, data=told)
        with answers.refusals_of_the_engine():
            case.place(cancel=cancel, at=at)
        step.history.follow(case.events)
        audit.record(actor, "workflows.move_case", instance, after=told, note=reason)
    return instance


def _said(one: Taken, names: dict[str, str]) -> str:
    token = one if isinstance(one, str) else one[0]
    return names.get(token, token)
