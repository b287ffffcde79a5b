"""Create people and change what is known of them. They are never deleted: what they did stays theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit
from core.actors import Actor, SystemActor
from core.constraints import refusing
from core.errors import ApplicationError, Conflict, Text
from core.models import Department, Role, User
from core.people import administrators, giveable_roles, lock_organisation, managed_by, may_administer
from core.permissions import MANAGE_PEOPLE
from core.rights import require

# What may be said of a person; roles come beside it.
TEXT_FIELDS = ("username", "display_name", "display_name_en", "email", "phone", "position", "language")
PERSON_FIELDS = (*TEXT_FIELDS, "department", "manager", "is_superuser")
# What people change of themselves.
OWN_FIELDS = ("display_name", "display_name_en", "email", "phone")


@transaction.atomic
def create_person(
    *, fields: Mapping[str, Any], actor: Actor, roles: Iterable[Role] = (), password: str | None = None
) -> User:
    """Enter a person. Without a password they cannot sign in until they are invited or given one.

    A given password is a first one: its owner chooses another at the first sign-in.
    """
    require(actor, MANAGE_PEOPLE)
    values = _checked(fields, actor)
    _require_known({"username": "", "display_name": "", **values}, ("username", "display_name"))
    _require_place(actor, values.get("department"))
    if values.get("is_superuser"):
        _require_superuser(actor)
    _refuse_taken_name(values["username"])
    person = User(**values, password=make_password(password), must_change_password=password is not None)
    wanted = list(roles)
    _require_giveable(actor, wanted)
    with refusing(_refusals()):
        person.save(force_insert=True)
    person.roles.set(wanted)
    audit.record(actor, "core.create_person", person, after=_told(values) | {"roles": _codes(wanted)})
    return person


@transaction.atomic
def update_person(
    *,
    person_id: int,
    revision: int | None,
    changes: Mapping[str, Any],
    actor: Actor,
    roles: Iterable[Role] | None = None,
) -> User:
    """Change a person as they were read: ``revision`` says which state the actor had before their eyes."""
    lock_organisation()
    person = locked_person(person_id, actor=actor, revision=revision)
    values = _checked(changes, actor)
    return _changed(person, values, actor, roles=roles, action="core.update_person")


def set_manager(*, person_id: int, manager: User | None, actor: Actor) -> User:
    """Say who leads a person."""
    return update_person(person_id=person_id, revision=None, changes={"manager": manager}, actor=actor)


@transaction.atomic
def update_own_profile(*, revision: int | None, changes: Mapping[str, Any], actor: User) -> User:
    """What people may change of themselves: how they are called and reached."""
    person = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    _require_fresh(person, revision)
    values = _checked({name: changes[name] for name in OWN_FIELDS if name in changes}, actor)
    return _changed(person, values, actor, roles=None, action="core.update_own_profile")


@transaction.atomic
def remove_person(*, person_id: int, actor: Actor) -> None:
    """Take away an account that was entered by mistake and never used: nothing is anybody's yet."""
    lock_organisation()
    person = locked_person(person_id, actor=actor)
    if person.last_login is not None or not person.is_invited:
        raise Conflict(_("This account has been used: deactivate it instead."), code="person_in_use")
    audit.record(actor, "core.remove_person", person, before={"username": person.username})
    try:
        person.delete()
    except ProtectedError as error:
        raise Conflict(
            _("Something belongs to this account already: deactivate it instead."), code="person_in_use"
        ) from error


def locked_person(person_id: int, *, actor: Actor, revision: int | None = None) -> User:
    """The person, locked. 404 to those who administer nobody like them, 403 below a system administrator."""
    require(actor, MANAGE_PEOPLE)
    person = managed_by(actor).select_for_update(of=("self",), no_key=True).get(pk=person_id)
    if not may_administer(actor, person):
        raise PermissionDenied(_("Only a system administrator changes the account of another one."))
    _require_fresh(person, revision)
    return person


def require_administrator_left() -> None:
    """At the end of a deed that takes rights or people away: somebody must be able to give them back.

    The caller holds the organisation's lock, so that two such deeds see each other.
    """
    if not administrators().exists():
        raise ApplicationError(
            _(
                "Then nobody could administer this installation any more. Give the right to somebody else first."
            ),
            code="last_administrator",
        )


# Changes ----------------------------------------------------------------------------------------


def _changed(
    person: User, values: dict[str, Any], actor: Actor, *, roles: Iterable[Role] | None, action: str
) -> User:
    before = {name: getattr(person, name) for name in values}
    fresh = {name: value for name, value in values.items() if before[name] != value}
    had = list(person.roles.all()) if roles is not None else []
    wanted = list(roles) if roles is not None else []
    has_other_roles = roles is not None and {one.pk for one in had} != {one.pk for one in wanted}
    if not fresh and not has_other_roles:
        return person
    _require_known(fresh, ("username", "display_name"))
    if "department" in fresh:
        _require_place(actor, fresh["department"])
    if "is_superuser" in fresh:
        _require_superuser(actor)
    if has_other_roles:
        _require_giveable(actor, {*had, *wanted} - ({*had} & {*wanted}))
    if "manager" in fresh:
        _refuse_loop(person, fresh["manager"])
    if "username" in fresh:
        _refuse_taken_name(fresh["username"], but=person)
    for name, value in fresh.items():
        setattr(person, name, value)
    person.revision += 1
    with refusing(_refusals()):
        person.save(update_fields=[*fresh, "revision"])
    told_before, told_after = _told({name: before[name] for name in fresh}), _told(fresh)
    if has_other_roles:
        person.roles.set(wanted)
        told_before["roles"], told_after["roles"] = _codes(had), _codes(wanted)
    if has_other_roles or "is_superuser" in fresh:
        require_administrator_left()
    audit.record(actor, action, person, before=told_before, after=told_after)
    return person


def _checked(fields: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """The values as the model takes them; refuses with every wrong field named."""
    values: dict[str, Any] = {}
    errors: dict[str, list[Text]] = {}
    for name in PERSON_FIELDS:
        if name not in fields:
            continue
        value = fields[name]
        if name in TEXT_FIELDS:
            value = str(value or "").strip()
            if "\x00" in value:
                errors[name] = [_("This text holds a character that cannot be kept.")]
                continue
            if value:
                try:
                    User._meta.get_field(name).clean(value, None)  # type: ignore[union-attr]
                except ValidationError as error:
                    errors[name] = list(error.messages)
        values[name] = value
    manager = values.get("manager")
    if manager is not None and not manager.is_active:
        errors["manager"] = [_("%(name)s does not work here any more.") % {"name": manager.name}]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    return values


# Conditions -------------------------------------------------------------------------------------


def _require_fresh(person: User, revision: int | None) -> None:
    if revision is not None and revision != person.revision:
        raise Conflict(
            _("Somebody changed %(name)s in the meantime. Please look again.") % {"name": person.name},
            code="stale",
        )


def _require_known(values: Mapping[str, Any], names: Iterable[str]) -> None:
    missing: dict[str, list[Text]] = {
        name: [_("Enter a value.")] for name in names if name in values and not values[name]
    }
    if missing:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=missing)


def _require_place(actor: Actor, department: Department | None) -> None:
    """Whoever administers some departments puts people into those only."""
    if isinstance(actor, SystemActor):
        return
    scopes = actor.scopes_of(MANAGE_PEOPLE)
    mine, theirs = actor.department_path, department.path if department else ""
    if "all" in scopes or ("subtree" in scopes and mine and theirs.startswith(mine)):
        return
    if "department" in scopes and mine and theirs == mine:
        return
    text = _("You administer people of your own department only.")
    raise ApplicationError(text, code="out_of_reach", errors={"department": [text]})


def _require_giveable(actor: Actor, roles: Iterable[Role]) -> None:
    """Nobody gives rights that they do not have, to themselves or to anybody."""
    keys = {one.pk for one in roles}
    allowed = set(giveable_roles(actor).filter(pk__in=keys).values_list("pk", flat=True))
    if keys - allowed:
        names = ", ".join(sorted(str(one) for one in roles if one.pk not in allowed))
        text = _("These roles may do more than you: %(roles)s. Ask who administers everybody.") % {
            "roles": names
        }
        raise ApplicationError(text, code="role_out_of_reach", errors={"roles": [text]})


def _require_superuser(actor: Actor) -> None:
    """Nobody makes a system administrator but one; so nobody makes themselves one."""
    if not isinstance(actor, SystemActor) and not actor.is_superuser:
        raise PermissionDenied(_("Only a system administrator makes another one."))


def _refuse_loop(person: User, manager: User | None) -> None:
    """The chain of command ends somewhere. The caller holds the organisation's lock."""
    if manager is None:
        return
    above = User.objects.get(pk=manager.pk)
    if above.pk == person.pk or person.pk in {one.pk for one in above.chain_of_command()}:
        text = (
            _("Nobody leads themselves.")
            if above.pk == person.pk
            else _("%(manager)s is led by %(name)s already: this would go round in a circle.")
            % {"manager": manager.name, "name": person.name}
        )
        raise ApplicationError(text, code="manager_loop", errors={"manager": [text]})


def _refuse_taken_name(username: str, *, but: User | None = None) -> None:
    same = User.objects.filter(username__iexact=username)
    if but is not None:
        same = same.exclude(pk=but.pk)
    if same.exists():
        raise _refusals()["user_name_once_in_any_case"]


def _refusals() -> dict[str, ApplicationError]:
    taken = gettext_lazy("Somebody has this user name already; capitals make no difference.")
    refusal = ApplicationError(taken, code="username_taken", errors={"username": [taken]})
    return {"user_name_once_in_any_case": refusal, "core_user_username_key": refusal}


# For the record ---------------------------------------------------------------------------------


def _codes(roles: Iterable[Role]) -> list[str]:
    return sorted(one.code for one in roles)


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the record keeps them: codes and user names for rows."""
    named: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Department):
            value = value.code
        elif isinstance(value, User):
            value = value.username
        named[name] = value
    return named
