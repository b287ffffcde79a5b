"""Roles: what there is, who has them. Whoever manages people of the whole company manages these."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor, SystemActor
from core.enumeration import listed
from core.errors import ApplicationError
from core.models import Grant, Role, User
from core.people import lock_organisation, managed_by
from core.permissions import MANAGE_PEOPLE
from core.roles import uses_of
from core.services.people import require_administrator_left

FIELDS = ("name_zh", "name_en", "description")
LONGEST_CODE = 30


def require_whole(actor: Actor) -> None:
    """Roles hold for the whole company: whoever manages some departments' people must not grant themselves more."""
    if not isinstance(actor, SystemActor) and "all" not in actor.scopes_of(MANAGE_PEOPLE):
        raise PermissionDenied(MANAGE_PEOPLE)


def lock_whole(actor: Actor) -> None:
    """The same, and nobody else changes rights until the transaction ends. Whoever was faster may have taken them
    from this actor, so they are asked for anew."""
    require_whole(actor)
    lock_organisation()
    if isinstance(actor, User):
        require_whole(User.objects.get(pk=actor.pk))


@transaction.atomic
def create_role(*, fields: Mapping[str, Any], actor: Actor, copy_of: int | None = None) -> Role:
    """A new role; as a copy it begins with the grants of another one, not with its people."""
    lock_whole(actor)
    source = Role.objects.get(pk=copy_of) if copy_of is not None else None
    code = slugify(str(fields.get("code", "") or fields.get("name_en", ""))).replace("-", "_")[:LONGEST_CODE]
    role = Role(code=code, **{name: str(fields.get(name, "")).strip() for name in FIELDS})
    _check(role)
    role.save()
    granted: dict[str, str] = {}
    if source is not None:
        granted = dict(source.grants.values_list("permission", "scope"))
        Grant.objects.bulk_create([Grant(role=role, permission=one, scope=of) for one, of in granted.items()])
    after = {"code": code, **{name: getattr(role, name) for name in FIELDS}}
    if source is not None:
        after |= {"copy_of": source.code, "grants": granted}
    audit.record(actor, "core.create_role", role, after=after)
    return role


@transaction.atomic
def update_role(*, role_id: int, changes: Mapping[str, Any], actor: Actor) -> Role:
    """Rename or describe a role. Its code stays: diagrams name it."""
    require_whole(actor)
    role = Role.objects.select_for_update(no_key=True).get(pk=role_id)
    before = {name: getattr(role, name) for name in FIELDS}
    wanted = {name: str(changes[name]).strip() for name in FIELDS if name in changes}
    fresh = {name: value for name, value in wanted.items() if value != before[name]}
    if not fresh:
        return role
    for name, value in fresh.items():
        setattr(role, name, value)
    _check(role)
    role.save(update_fields=list(fresh))
    audit.record(actor, "core.update_role", role, before={name: before[name] for name in fresh}, after=fresh)
    return role


@transaction.atomic
def delete_role(*, role_id: int, actor: Actor) -> None:
    """Remove a role that nobody has and nothing names."""
    lock_whole(actor)
    role = Role.objects.select_for_update().get(pk=role_id)
    reasons = why_not_deleted(role)
    if reasons:
        raise ApplicationError(" ".join(reasons), code="role_in_use")
    granted = dict(role.grants.values_list("permission", "scope"))
    before = {"code": role.code, "name_zh": role.name_zh, "name_en": role.name_en, "grants": granted}
    audit.record(actor, "core.delete_role", role, before=before)
    role.delete()


def why_not_deleted(role: Role) -> list[str]:
    """In sentences, what stands in the way; nothing if it may go."""
    reasons = []
    people = list(role.users.order_by("name_sort")[:4])
    if people:
        count = role.users.count()
        names = listed(person.name for person in people[:3]) + ("…" if count > 3 else "")
        reasons.append(
            _("%(count)s people have this role (%(names)s): take it from them first.")
            % {"count": count, "names": names}
        )
    uses = uses_of([role.code])[role.code]
    if uses:
        places = listed(use.label for use in uses[:5]) + ("…" if len(uses) > 5 else "")
        reasons.append(_("It is named by: %(places)s.") % {"places": places})
    return reasons


@transaction.atomic
def change_members(
    *, role_id: int, add: Collection[int] = (), remove: Collection[int] = (), actor: Actor
) -> tuple[int, int]:
    """Give a role to several people and take it from others; how many of each it was."""
    lock_whole(actor)
    role = Role.objects.select_for_update(no_key=True).get(pk=role_id)
    had = set(role.users.values_list("pk", flat=True))
    reach = managed_by(actor)
    added = list(reach.filter(pk__in=set(add) - had, is_active=True).order_by("pk"))
    removed = list(reach.filter(pk__in=set(remove) & had).order_by("pk"))
    if not added and not removed:
        return 0, 0
    role.users.add(*added)
    role.users.remove(*removed)
    User.objects.filter(pk__in=[one.pk for one in (*added, *removed)]).update(revision=F("revision") + 1)
    require_administrator_left()
    audit.record(
        actor,
        "core.change_role_members",
        role,
        before={"removed": [one.username for one in removed]},
        after={"added": [one.username for one in added]},
    )
    return len(added), len(removed)


def _check(role: Role) -> None:
    """Raises ApplicationError with the fields that are wrong."""
    try:
        role.full_clean()
    except ValidationError as error:
        errors = {name: [str(one) for one in texts] for name, texts in error.message_dict.items()}
        raise ApplicationError(
            _("Please correct the marked fields."), code="invalid", errors=errors
        ) from error
