"""What a person may see and do, and who may do a thing: the same grants, read from both ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from core.enumeration import listed
from core.models import Grant, Role, User
from core.rights import SCOPES, Permission, permissions
from core.services.grants import capped_count, scope_name
from core.subjects import SubjectKind, kinds

# So many people are looked at for one row; a company with more asks by right and department.
MOST_PEOPLE = 500


@dataclass(frozen=True)
class Holding:
    """One right of a person: its widest scope, and every role by which it comes with the role's own scope."""

    permission: Permission
    scope: str
    roles: list[tuple[Role, str]]

    @property
    def scope_name(self) -> str:
        return scope_name(self.scope)

    @property
    def why(self) -> str:
        if len({scope for _role, scope in self.roles}) < 2:
            return listed(role for role, _scope in self.roles)
        return listed(f"{role} ({scope_name(scope)})" for role, scope in self.roles)


@dataclass
class Holder:
    """Somebody who may do a thing, and why. Without a scope it is theirs by the row itself."""

    person: User
    scope: str = ""
    roles: list[tuple[Role, str]] = field(default_factory=list)

    @property
    def scope_name(self) -> str:
        return scope_name(self.scope) if self.scope else ""

    @property
    def why(self) -> str:
        return listed(role for role, _scope in self.roles)


def rights_of(person: User) -> list[Holding]:
    """Every right that a person's roles give, in the order of declaration. Whether they may use it is another
    matter: somebody who is deactivated may do nothing, a system administrator everything."""
    found: dict[str, list[tuple[Role, str]]] = {}
    for grant in Grant.objects.filter(role__users=person).select_related("role").order_by("role__code"):
        found.setdefault(grant.permission, []).append((grant.role, grant.scope))
    return [
        Holding(permission, widest(scope for _role, scope in found[code]), found[code])
        for code, permission in permissions().items()
        if code in found
    ]


def counts_for(person: User) -> list[tuple[SubjectKind, str]]:
    """How many rows of each kind the person sees, counted so far as a glance needs it."""
    return [(kind, capped_count(kind.rows_for(person))) for kind in kinds()]


def holders_of(permission: str) -> list[Holder]:
    """The active people who hold a right in some scope, system administrators first."""
    found: dict[int, list[tuple[Role, str]]] = {}
    grants = Grant.objects.filter(permission=permission).select_related("role").order_by("role__code")
    for grant in grants:
        for pk in User.roles.through.objects.filter(role=grant.role).values_list("user", flat=True):
            found.setdefault(pk, []).append((grant.role, grant.scope))
    people = (
        User.objects.filter(Q(pk__in=found) | Q(is_superuser=True), is_active=True)
        .select_related("department")
        .order_by("-is_superuser", "name_sort", "pk")
    )
    return [
        Holder(
            person,
            "all" if person.is_superuser else widest(scope for _role, scope in found[person.pk]),
            found.get(person.pk, []),
        )
        for person in people
    ]


def who_sees(kind: SubjectKind, pk: Any) -> list[Holder]:
    """The active people who see one row, and why."""
    people = _people_with_grants()
    return [
        _holder(person, kind.permission or "")
        for person in people
        if kind.rows_for(person).filter(pk=pk).exists()
    ]


def who_may_with(kind: SubjectKind, pk: Any, permission: str) -> list[Holder]:
    """The active people whose right reaches one row."""
    rows = kind.model._default_manager.all()
    if not hasattr(rows, "reachable_by"):
        return holders_of(permission)
    return [
        _holder(person, permission)
        for person in _people_with_grants()
        if person.may(permission) and rows.reachable_by(person, permission).filter(pk=pk).exists()
    ]


def widest(scopes: Iterable[str]) -> str:
    return max(scopes, key=SCOPES.index)


def _holder(person: User, permission: str) -> Holder:
    if person.is_superuser:
        return Holder(person, "all")
    roles = [(role, scope) for role, code, scope in person._granted_by if code == permission]  # type: ignore[attr-defined]
    return Holder(person, widest(scope for _role, scope in roles) if roles else "", roles)


def _people_with_grants() -> list[User]:
    """People with their rights, in three statements instead of two for each."""
    people = list(
        User.objects.filter(is_active=True)
        .select_related("department")
        .prefetch_related("roles__grants")
        .order_by("name_sort", "pk")[:MOST_PEOPLE]
    )
    for person in people:
        granted: dict[str, set[str]] = {}
        by = []
        for role in person.roles.all():
            for grant in role.grants.all():
                granted.setdefault(grant.permission, set()).add(grant.scope)
                by.append((role, grant.permission, grant.scope))
        person.__dict__["_grants"] = {code: frozenset(scopes) for code, scopes in granted.items()}
        person.__dict__["role_codes"] = frozenset(role.code for role in person.roles.all())
        person._granted_by = by  # type: ignore[attr-defined]
    return people
