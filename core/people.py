"""Which people an actor administers, who administers at all, and how people are found."""

from __future__ import annotations

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from core import clock
from core.actors import Actor, SystemActor
from core.models import Department, Grant, Role, Substitution, User
from core.permissions import MANAGE_PEOPLE
from core.rights import scope_q
from core.search import query_tokens

# Any number that nothing else in the project locks.
ORGANISATION_LOCK = 7_301_002
# From the narrowest to the widest.
SCOPES = ["own", "department", "subtree", "all"]
# How Django marks a password that nobody can sign in with.
NO_PASSWORD = "!"  # noqa: S105 - no password at all
WITHOUT_PASSWORD = Q(password="") | Q(password__startswith=NO_PASSWORD)
# The one state that a list shows of a person.
STATES = ACTIVE, AWAY, INVITED, LEFT = "active", "away", "invited", "left"


def managed_by(actor: Actor) -> QuerySet[User]:
    """The people an actor may create, change and deactivate: all, or those of their departments."""
    reach = scope_q(actor, MANAGE_PEOPLE, owner="pk", department_path="department__path")
    return User.objects.filter(reach)


def found(people: QuerySet[User], text: str) -> QuerySet[User]:
    """By any piece of name, pinyin, user name, e-mail, phone or position."""
    pieces = query_tokens(text)
    return people.filter(search_tokens__contains=pieces) if pieces else people


def in_state(people: QuerySet[User], state: str) -> QuerySet[User]:
    """Those in one state (STATES), as a list shows exactly one of each person."""
    if state == LEFT:
        return people.filter(is_active=False)
    here = people.filter(is_active=True)
    if state == INVITED:
        return here.filter(WITHOUT_PASSWORD)
    here, away = here.exclude(WITHOUT_PASSWORD), away_today().values("person")
    return here.filter(pk__in=away) if state == AWAY else here.exclude(pk__in=away)


def in_department(people: QuerySet[User], code: str) -> QuerySet[User]:
    """Those of a department and of what stands below it; nobody where there is none of this code."""
    path = Department.objects.filter(code=code).values_list("path", flat=True).first()
    return people.filter(department__path__startswith=path) if path else people.none()


def with_away(people: QuerySet[User]) -> QuerySet[User]:
    """Each with ``is_away``, which ``state_of`` asks for."""
    return people.annotate(is_away=Exists(away_today().filter(person=OuterRef("pk"))))


def state_of(person: User) -> str:
    """The one state of a person of ``with_away``."""
    if not person.is_active:
        return LEFT
    if person.is_invited:
        return INVITED
    return AWAY if getattr(person, "is_away", False) else ACTIVE


def may_administer(actor: Actor, person: User) -> bool:
    """Nobody changes the account of somebody who may do more: a new password for it would be a way to do that."""
    if isinstance(actor, SystemActor) or actor.is_superuser:
        return True
    if person.is_superuser:
        return False
    if "all" in actor.scopes_of(MANAGE_PEOPLE):
        return True
    return not person.roles.exclude(pk__in=giveable_roles(actor).values("pk")).exists()


def giveable_roles(actor: Actor) -> QuerySet[Role]:
    """The roles that an actor may give and take: whoever administers everybody, all; whoever administers some
    departments, those that grant nothing which they may not do themselves, at least as far."""
    if isinstance(actor, SystemActor) or "all" in actor.scopes_of(MANAGE_PEOPLE):
        return Role.objects.all()
    held: dict[str, int] = {}
    for permission, scope in Grant.objects.filter(role__users=actor).values_list("permission", "scope"):
        held[permission] = max(held.get(permission, 0), SCOPES.index(scope))
    beyond = {
        role
        for role, permission, scope in Grant.objects.values_list("role", "permission", "scope")
        if SCOPES.index(scope) > held.get(permission, -1)
    }
    return Role.objects.exclude(pk__in=beyond)


def administrators() -> QuerySet[User]:
    """Who can sign in now and administer everybody."""
    granted = Grant.objects.filter(permission=MANAGE_PEOPLE, scope=Grant.Scope.ALL).values("role")
    holders = User.roles.through.objects.filter(role__in=granted).values("user")
    return User.objects.filter(Q(is_superuser=True) | Q(pk__in=holders), is_active=True).exclude(
        WITHOUT_PASSWORD
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
