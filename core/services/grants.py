"""What roles are granted: changed as one difference that was seen before, and never so that nobody could grant any more."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import audit
from core.actors import Actor
from core.errors import ApplicationError, Conflict
from core.models import Grant, Role, User
from core.rights import SCOPES, Permission, permissions
from core.services.people import require_administrator_left
from core.services.roles import lock_whole
from core.subjects import SubjectKind, kinds

# Nobody counts further than this to understand a change; and so many people stand as examples.
CAP, SAMPLES = 1000, 3


@dataclass(frozen=True)
class Change:
    """One line of a difference; an empty scope is no grant."""

    permission: Permission
    before: str
    after: str

    @property
    def before_name(self) -> str:
        return scope_name(self.before)

    @property
    def after_name(self) -> str:
        return scope_name(self.after)

    @property
    def is_less(self) -> bool:
        order = ("", *SCOPES)
        return order.index(self.after) < order.index(self.before)


def scope_name(scope: str) -> str:
    return str(Grant.Scope(scope).label) if scope else _("not granted")


def grants_of(role: Role) -> dict[str, str]:
    """Permission -> scope."""
    return dict(role.grants.values_list("permission", "scope"))


def fingerprint(granted: Mapping[str, str]) -> str:
    """What somebody had before their eyes when they decided."""
    text = "\n".join(f"{one} {scope}" for one, scope in sorted(granted.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def difference(role: Role, wanted: Mapping[str, str]) -> list[Change]:
    """What would change, in the order of the matrix. Raises ApplicationError for what cannot be granted."""
    known, now = permissions(), grants_of(role)
    found = []
    for code, scope in wanted.items():
        permission = known.get(code)
        if permission is None:
            raise ApplicationError(
                _("There is no right %(code)s.") % {"code": code}, code="unknown_permission"
            )
        before = now.get(code, "")
        if scope == before:
            continue
        if scope and scope not in permission.scopes:
            raise ApplicationError(
                _("“%(right)s” cannot be granted for: %(scope)s.")
                % {"right": permission.name, "scope": scope_name(scope) if scope in SCOPES else scope},
                code="senseless_scope",
            )
        found.append(Change(permission, before, scope))
    return found


@transaction.atomic
def set_grants(*, role_id: int, wanted: Mapping[str, str], seen: str, actor: Actor) -> list[Change]:
    """Make these the grants of a role; permissions that are not named stay. ``seen`` is the fingerprint of the
    grants that the decision was made on."""
    lock_whole(actor)
    role = Role.objects.select_for_update(no_key=True).get(pk=role_id)
    if seen != fingerprint(grants_of(role)):
        raise Conflict(
            _("Meanwhile somebody else changed the grants of this role. Look at them first."),
            code="changed_since",
        )
    changes = difference(role, wanted)
    for one in changes:
        if one.after:
            Grant.objects.update_or_create(
                role=role, permission=one.permission.code, defaults={"scope": one.after}
            )
        else:
            Grant.objects.filter(role=role, permission=one.permission.code).delete()
    if changes:
        require_administrator_left()
        audit.record(
            actor,
            "core.change_grants",
            role,
            before={one.permission.code: one.before for one in changes},
            after={one.permission.code: one.after for one in changes},
        )
    return changes


# What a change means ------------------------------------------------------------------------------


def meaning(role: Role, changes: list[Change]) -> list[str]:
    """In plain words: how many rows some people of the role would see, and saw."""
    seeing = {kind.permission: kind for kind in kinds() if kind.permission is not None}
    looked = [(seeing[one.permission.code], one) for one in changes if one.permission.code in seeing]
    people = list(role.users.filter(is_active=True, is_superuser=False).order_by("name_sort", "pk")[:SAMPLES])
    words = []
    count = role.users.filter(is_active=True).count()
    if not count:
        return [_("Nobody has this role yet: for now nothing changes for anybody.")]
    words.append(
        ngettext("It holds for %(count)s person.", "It holds for %(count)s people.", count) % {"count": count}
    )
    for kind, _change in looked:
        for person in people:
            before = _count(kind, person)
            after = _count(kind, as_if(person, role, {one.permission.code: one.after for one in changes}))
            if before == after:
                continue
            words.append(
                _("%(name)s sees %(after)s %(kind)s instead of %(before)s.")
                % {"name": person.name, "after": after, "kind": kind.label_plural, "before": before}
            )
    return words


def as_if(person: User, role: Role, wanted: Mapping[str, str]) -> User:
    """The person with other grants of one of their roles. Never saved."""
    found: dict[str, set[str]] = {}
    rows = Grant.objects.filter(role__users=person).values_list("role", "permission", "scope")
    for role_id, permission, scope in rows:
        if role_id != role.pk or permission not in wanted:
            found.setdefault(permission, set()).add(scope)
    for permission, scope in wanted.items():
        if scope:
            found.setdefault(permission, set()).add(scope)
    other = User.objects.select_related("department").get(pk=person.pk)
    other.__dict__["_grants"] = {one: frozenset(scopes) for one, scopes in found.items()}
    return other


def _count(kind: SubjectKind, person: User) -> str:
    return capped_count(kind.rows_for(person))


def capped_count(rows: QuerySet[User]) -> str:
    count = rows.order_by()[: CAP + 1].count()
    return f"{CAP}+" if count > CAP else str(count)
