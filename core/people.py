"""Which people an actor administers, who administers at all, and how people are found."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q, QuerySet

from core import clock
from core.actors import Actor, SystemActor
from core.models import Grant, Substitution, User
from core.permissions import MANAGE_PEOPLE
from core.rights import scope_q
from core.search import query_tokens

# Any number that nothing else in the project locks.
ORGANISATION_LOCK = 7_301_002
# How Django marks a password that nobody can sign in with.
NO_PASSWORD = "!"  # noqa: S105 - no password at all


def managed_by(actor: Actor) -> QuerySet[User]:
    """The people an actor may create, change and deactivate: all, or those of their departments."""
    reach = scope_q(actor, MANAGE_PEOPLE, owner="pk", department_path="department__path")
    return User.objects.filter(reach)


def found(people: QuerySet[User], text: str) -> QuerySet[User]:
    """By any piece of name, pinyin, user name, e-mail, phone or position."""
    pieces = query_tokens(text)
    return people.filter(search_tokens__contains=pieces) if pieces else people


def may_administer(actor: Actor, person: User) -> bool:
    """Nobody changes the account of a system administrator but another one: it would be a way to become one."""
    if isinstance(actor, SystemActor) or actor.is_superuser:
        return True
    return not person.is_superuser


def administrators() -> QuerySet[User]:
    """Who can sign in now and administer everybody."""
    granted = Grant.objects.filter(permission=MANAGE_PEOPLE, scope=Grant.Scope.ALL).values("role")
    holders = User.roles.through.objects.filter(role__in=granted).values("user")
    return User.objects.filter(Q(is_superuser=True) | Q(pk__in=holders), is_active=True).exclude(
        Q(password="") | Q(password__startswith=NO_PASSWORD)
    )


def lock_organisation() -> None:
    """One change of who leads, administers and belongs where at a time, until the transaction ends.

    Without it two administrators could each deactivate the other, and two moves could make a loop.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ORGANISATION_LOCK])


def away_today() -> QuerySet[Substitution]:
    """The substitutions that hold today."""
    today = clock.today()
    return Substitution.objects.filter(starts_on__lte=today, ends_on__gte=today, ended_at=None)
