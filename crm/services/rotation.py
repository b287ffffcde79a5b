"""Give new members to the people of a pool one after the other; whoever is absent is passed over (F11)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, departments, people
from core.actors import Actor
from core.errors import ApplicationError
from core.models import User
from core.rights import require
from crm.models import AssignmentLog, AssignmentPool, Customer, PoolMember
from crm.services.ownership import How, take_ownership

MANAGE = "crm.manage_pools"
# The pool of the people who get what the platform brings.
NEW_MEMBERS = "new_members"


@transaction.atomic
def rotate(*, customer: Customer, pool_code: str, actor: Actor) -> User | None:
    """The next person who is there tracks the customer, or nobody, if nobody is there.

    The caller holds the customer under its lock or has just inserted it: the pool is taken last, like a counter, so
    that nobody who holds it waits for anything else.
    """
    pool = AssignmentPool.objects.select_for_update().filter(code=pool_code, is_active=True).first()
    if pool is None:
        return None
    before, skipped = pool.pointer, list[dict[str, str]]()
    absent = set(people.away_today().values_list("person", flat=True))
    chosen: PoolMember | None = None
    for one in _in_turn(pool):
        why = _why_not(one, absent)
        if not why:
            chosen = one
            break
        skipped.append({"user": one.user.username, "why": why})
    if chosen is not None:
        pool.pointer = chosen.order
        pool.save(update_fields=["pointer"])
        departments.hold(chosen.user.department_path)
        take_ownership(customer=customer, owner=chosen.user, how=How.ROTATION, actor=actor)
    AssignmentLog.objects.create(
        pool=pool,
        customer=customer,
        user=chosen.user if chosen else None,
        pointer_before=before,
        pointer_after=pool.pointer,
        skipped=skipped,
    )
    audit.record(
        actor,
        "crm.rotate",
        customer,
        after={"owner": chosen.user.username if chosen else None, "skipped": skipped},
    )
    return chosen.user if chosen else None


def _in_turn(pool: AssignmentPool) -> Sequence[PoolMember]:
    """Everybody, beginning after whoever had the last one."""
    everybody = list(pool.members.select_related("user__department").order_by("order"))
    later = [one for one in everybody if one.order > pool.pointer]
    return later + [one for one in everybody if one.order <= pool.pointer]


def _why_not(member: PoolMember, absent: set[int]) -> str:
    if not member.user.is_active:
        return "inactive"
    if member.is_paused:
        return "paused"
    return "away" if member.user_id in absent else ""


@transaction.atomic
def set_pool_members(*, pool_id: int, people: Sequence[User], actor: Actor) -> AssignmentPool:
    """Who takes part, in this order. Whoever stays keeps their pause."""
    require(actor, MANAGE)
    pool = AssignmentPool.objects.select_for_update().get(pk=pool_id)
    if len({one.pk for one in people}) != len(people):
        raise ApplicationError(_("Everybody stands in a pool once."), code="invalid")
    paused = set(pool.members.filter(is_paused=True).values_list("user_id", flat=True))
    last = pool.members.filter(order=pool.pointer).values_list("user_id", flat=True).first()
    pool.members.all().delete()
    PoolMember.objects.bulk_create(
        PoolMember(pool=pool, user=one, order=number, is_paused=one.pk in paused)
        for number, one in enumerate(people, 1)
    )
    # The turn goes on after the same person.
    pool.pointer = next((number for number, one in enumerate(people, 1) if one.pk == last), 0)
    pool.save(update_fields=["pointer"])
    audit.record(actor, "crm.set_pool_members", pool, after={"people": [one.username for one in people]})
    return pool


@transaction.atomic
def pause_pool_member(*, member_id: int, is_paused: bool, actor: Actor) -> PoolMember:
    """Pass somebody over until further notice, or no more."""
    require(actor, MANAGE)
    pool_id = PoolMember.objects.values_list("pool_id", flat=True).get(pk=member_id)
    AssignmentPool.objects.select_for_update().get(pk=pool_id)
    member = PoolMember.objects.select_related("user", "pool").get(pk=member_id)
    if member.is_paused != is_paused:
        member.is_paused = is_paused
        member.save(update_fields=["is_paused"])
        after = {"person": member.user.username, "is_paused": is_paused}
        audit.record(actor, "crm.pause_pool_member", member.pool, after=after)
    return member
