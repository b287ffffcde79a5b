"""Take a customer out of the public pool and put it back (F4 to F9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, departments
from core.actors import Actor
from core.errors import ApplicationError, Conflict
from core.models import User
from core.rights import require, require_on
from crm import notices
from crm.masking import masked_name
from crm.models import Customer, DuplicateCase
from crm.services import dedupe
from crm.services.dedupe import Key, Match
from crm.services.ownership import EndReason, How, take_ownership
from crm.services.recycling import recycle_copy

CLAIM, RELEASE = "crm.claim_customer", "crm.release_customer"


class TrackedByAnotherError(Conflict):
    """Somebody tracks this firm already: it cannot be tracked a second time (F8)."""

    def __init__(self, match: Match, tracker: User) -> None:
        firm = match.customer
        if firm.owner is not None and Customer.objects.visible_to(tracker).filter(pk=firm.pk).exists():
            text = _("%(owner)s tracks this firm already: %(name)s; the same: %(keys)s.") % {
                "owner": firm.owner.name,
                "name": f"{firm.no} {firm.name}",
                "keys": match.labels,
            }
        else:
            text = _(
                "Somebody tracks this firm already (%(name)s; the same: %(keys)s). Ask your manager who it is."
            ) % {"name": masked_name(firm.name), "keys": match.labels}
        super().__init__(text, code="tracked_by_another")
        self.customer = firm


@dataclass(frozen=True)
class Claim:
    """A customer that somebody tracks now, its copies that went to the recycle bin, and what only looks like it."""

    customer: Customer
    recycled: Sequence[Customer] = field(default_factory=tuple)
    looks_like: Sequence[Match] = field(default_factory=tuple)


def claim_customer(*, customer_id: int, actor: User) -> Claim:
    """Track a customer of the public pool from now on; its copies there go to the recycle bin (F5, F6).

    Refused where somebody else tracks the same firm; they hear that somebody wanted it.
    """
    require(actor, CLAIM)
    try:
        return _claim(customer_id, actor)
    except TrackedByAnotherError as refusal:
        # The refusal undid everything else; who tracks the firm shall know of it all the same.
        notices.wanted(refusal.customer, by=actor)
        raise


@transaction.atomic
def _claim(customer_id: int, actor: User) -> Claim:
    # The keys before the row: see lock_keys.
    keys = dedupe.stored_keys(customer_id)
    dedupe.lock_keys(keys)
    departments.hold(actor.department_path)
    customer = _in_pool(customer_id, actor)
    if dedupe.stored_keys(customer_id) != keys:
        raise Conflict(
            _("Somebody changed this customer at this moment. Try again."), code="changed_meanwhile"
        )
    same = clear_the_way(keys, but=customer.pk, tracker=actor)
    take_ownership(customer=customer, owner=actor, how=How.CLAIM, actor=actor)
    claim = settle_copies(customer, same, actor=actor)
    audit.record(
        actor,
        "crm.claim_customer",
        customer,
        after={"owner": actor.username, "recycled": [one.no for one in claim.recycled]},
    )
    return claim


def _in_pool(customer_id: int, actor: User) -> Customer:
    """The row under its lock, if it still stands in the pool."""
    customer = Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer_id)
    if customer.owner_id == actor.pk:
        raise Conflict(_("You track this customer already."), code="tracked_by_you")
    if customer.pool_state != Customer.PoolState.POOL:
        raise Conflict(
            _("This customer stands in the public pool no more: somebody was faster."), code="not_in_pool"
        )
    return customer


def clear_the_way(keys: Iterable[Key], *, but: int | None, tracker: User) -> list[Match]:
    """What shares keys with a customer that somebody is about to track, unless another person tracks that firm."""
    found = dedupe.matches(keys, but=but)
    for match in found:
        if not match.is_strong or match.customer.owner_id is None:
            continue
        if match.customer.owner_id != tracker.pk:
            raise TrackedByAnotherError(match, tracker)
        if dedupe.Kind.COMPANY in match.kinds:
            raise ApplicationError(
                _("You track this firm already: %(no)s %(name)s.")
                % {"no": match.customer.no, "name": match.customer.name},
                code="already_tracked",
            )
    return found


def settle_copies(customer: Customer, same: Sequence[Match], *, actor: Actor) -> Claim:
    """The copies in the pool go to the recycle bin; what only looks like it waits to be judged."""
    copies = [one for one in same if one.is_strong and one.customer.owner_id is None]
    doubtful = [one for one in same if one not in copies]
    recycled = [recycle_copy(one, into=customer, actor=actor) for one in copies]
    for match in doubtful:
        dedupe.note_pair(customer, match.customer, match.kinds, DuplicateCase.Verdict.OPEN, actor=actor)
    return Claim(customer, recycled, doubtful)


@transaction.atomic
def release_customer(*, customer_id: int, reason: str, actor: Actor) -> Customer:
    """Put a customer back into the public pool, where anybody may claim it; the reason stays written."""
    require_on(actor, RELEASE, Customer.objects.all(), customer_id)
    customer = Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer_id)
    if customer.owner_id is None:
        raise Conflict(_("Nobody tracks this customer: it is not yours to release."), code="not_tracked")
    if not reason.strip():
        text = _("Say why the customer goes back to the public pool.")
        raise ApplicationError(text, code="invalid", errors={"reason": [text]})
    # Who may release their own says so of the row they hold, not of the one they saw a moment ago.
    if not Customer.objects.reachable_by(actor, RELEASE).filter(pk=customer_id).exists():
        raise Conflict(_("Somebody else tracks this customer since a moment ago."), code="changed_meanwhile")
    before = customer.owner
    take_ownership(
        customer=customer,
        owner=None,
        how="",
        actor=actor,
        end_reason=EndReason.RELEASE,
        reason=reason.strip()[:300],
    )
    audit.record(
        actor,
        "crm.release_customer",
        customer,
        before={"owner": before.username if before else None},
        note=reason.strip(),
    )
    return customer
