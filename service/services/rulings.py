"""Who is responsible for a complaint, and who handles it. Nobody rules on or handles their own case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor
from core.constraints import refusing
from core.errors import ApplicationError, Text
from core.models import Department, User
from core.rights import require_on
from service.models import Complaint, Ruling, RulingShare
from service.services.complaint_moves import State, locked, move, person

Party = RulingShare.Party


@dataclass(frozen=True)
class Share:
    """The part of the responsibility that one party bears."""

    party: str
    share: int
    person_id: int | None = None
    department_id: int | None = None


@transaction.atomic
def rule(
    *,
    complaint_id: int,
    is_justified: bool,
    basis: str,
    shares: Sequence[Share],
    actor: Actor,
    handler_id: int | None = None,
) -> Ruling:
    """Say who is responsible with which share, and who handles a justified complaint."""
    require_on(actor, "service.rule_complaint", Complaint.objects.all(), complaint_id)
    who = person(actor)
    complaint = locked(complaint_id, (State.RULING,))
    _refuse_own_deal(complaint, who)
    handler = _checked(is_justified, basis, shares, handler_id, who)
    with refusing(_refusals()):
        ruling = Ruling.objects.create(
            complaint=complaint,
            round=complaint.rulings.count() + 1,
            is_justified=is_justified,
            basis=basis.strip(),
            ruled_by=who,
            ruled_at=clock.now(),
        )
        for one in shares:
            RulingShare.objects.create(
                ruling=ruling,
                party=one.party,
                share=one.share,
                person_id=one.person_id,
                department_id=one.department_id,
            )
        complaint.is_justified, complaint.handler = is_justified, handler
        move(complaint, State.HANDLING, ["is_justified", "handler"])
    audit.record(
        actor,
        "service.rule_complaint",
        complaint,
        after={
            "round": ruling.round,
            "justified": is_justified,
            "shares": [f"{one.party}:{one.share}" for one in shares],
            "handler": handler.username if handler is not None else "",
        },
    )
    return ruling


def may_handle() -> dict[int, User]:
    """The people who can be given a complaint to handle."""
    people = User.objects.filter(
        is_active=True, roles__grants__permission="service.handle_complaint"
    ).select_related("department")
    return {one.pk: one for one in people.distinct().order_by("name_sort", "pk")}


def _refuse_own_deal(complaint: Complaint, who: User) -> None:
    deal = complaint.contract.owner if complaint.contract is not None else complaint.customer.owner
    if deal == who:
        raise ApplicationError(
            _("The deal is your own: hand the ruling on to somebody else."), code="own_deal"
        )


def _checked(
    is_justified: bool, basis: str, shares: Sequence[Share], handler_id: int | None, who: User
) -> User | None:
    errors: dict[str, list[Text]] = {}
    if not basis.strip():
        errors["basis"] = [_("Say on what the ruling is based.")]
    problem = _of_shares(shares, is_justified, who)
    if problem:
        errors["shares"] = [problem]
    handler = None
    if is_justified:
        handler = may_handle().get(handler_id or 0)
        if handler is None:
            errors["handler"] = [_("Choose who handles the complaint.")]
        elif handler.pk in {one.person_id for one in shares}:
            errors["handler"] = [_("Nobody handles their own case: choose somebody who bears no share.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    return handler


def _of_shares(shares: Sequence[Share], is_justified: bool, who: User) -> Text:
    """What is wrong with the shares, or nothing."""
    if any(not _is_whole(one) for one in shares):
        return _("Each share names its party and lies between 1 and 100.")
    if len({(one.party, one.person_id, one.department_id) for one in shares}) < len(shares):
        return _("Each party stands here once.")
    total = sum(one.share for one in shares)
    if total != 100:
        return _("The shares sum to %(total)s, not to 100.") % {"total": total}
    if any(one.person_id == who.pk for one in shares if one.person_id):
        return _("Nobody rules on themselves: hand the ruling on to somebody else.")
    ours = any(one.party in RulingShare.OURS for one in shares)
    if is_justified and not ours:
        return _("A justified complaint has a share on our side: a person, a department or a supplier.")
    if not is_justified and ours:
        return _("Where the complaint is not justified, only the customer or nobody bears a share.")
    return ""


def _is_whole(one: Share) -> bool:
    if one.party not in Party.values or not 1 <= one.share <= 100:
        return False
    if one.party == Party.PERSON:
        return one.department_id is None and User.objects.filter(pk=one.person_id or 0).exists()
    if one.party == Party.DEPARTMENT:
        return one.person_id is None and Department.objects.filter(pk=one.department_id or 0).exists()
    return one.person_id is None and one.department_id is None


def _refusals() -> Mapping[str, ApplicationError]:
    """What the database says no to when two people are at it at once."""
    own = _("Nobody handles their own case: choose somebody who bears no share.")
    return {"nobody_handles_their_own_case": ApplicationError(own, code="own_case")}
