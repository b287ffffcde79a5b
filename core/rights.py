"""Who may do what, and see what.

A grant is (role, permission, scope). ``require`` is the gate of services; ``visible_to`` narrows a
queryset, so that strangers get "not found" by itself and readers "not allowed".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from core.actors import Actor, SystemActor

if TYPE_CHECKING:
    from core.models import User

SCOPES = ("own", "department", "subtree", "all")
# The house's rights: there is one calendar, not one of each department.
WHOLE = ("all",)
NOBODY = Q(pk__in=[])
EVERYBODY = Q()
_Model = TypeVar("_Model", bound=models.Model)


@dataclass(frozen=True)
class Permission:
    """A right that a role can be granted, with its name in both languages."""

    code: str
    zh: str
    en: str
    # The scopes that make sense; a right over rows without owner or department is had for all or not at all.
    scopes: tuple[str, ...] = SCOPES

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.en if (get_language() or "").startswith("en") else self.zh

    @property
    def app(self) -> str:
        return self.code.partition(".")[0]


_declared: dict[str, Permission] = {}


def declare(code: str, *, zh: str, en: str, scopes: tuple[str, ...] = SCOPES) -> Permission:
    """Register a permission; an app's ``permissions.py`` calls this once for each of its own."""
    wanted = Permission(code, zh, en, scopes)
    if _declared.setdefault(code, wanted) != wanted:
        raise ValueError(f"The permission {code} is declared twice, differently.")
    return _declared[code]


# (permission, scope) of rights that a person has by rows of an app, besides the grants of their roles.
RowsOfRights = Callable[["User"], "models.QuerySet[Any, tuple[str, str]]"]
_given_by_rows: list[RowsOfRights] = []


def given_by_rows(rows: RowsOfRights) -> None:
    """Register a query of rights that rows give, such as a process that names a role. It is asked together with the
    grants, in one statement: what it gives is no permission that a role can be granted."""
    _given_by_rows.append(rows)


def rights_by_rows() -> list[RowsOfRights]:
    return list(_given_by_rows)


def permissions() -> dict[str, Permission]:
    """Every declared permission by its code."""
    return dict(_declared)


def require(actor: Actor, permission: str) -> None:
    """Raise PermissionDenied unless the actor holds the permission in some scope."""
    if not actor.may(permission):
        raise PermissionDenied(permission)


def scope_q(
    actor: Actor,
    permission: str,
    *,
    owner: str | None = "owner",
    department_path: str | None = "department_path",
) -> Q:
    """The rows an actor reaches by a permission: the union of the scopes of all grants.

    ``owner`` and ``department_path`` name the model's fields; None where it has no such field.
    """
    if isinstance(actor, SystemActor):
        return EVERYBODY
    scopes = actor.scopes_of(permission)
    if "all" in scopes:
        return EVERYBODY
    reach = NOBODY
    if "own" in scopes and owner:
        reach |= Q(**{owner: actor.pk})
    path = actor.department_path
    if department_path and path:
        if "subtree" in scopes:
            reach |= Q(**{f"{department_path}__startswith": path})
        elif "department" in scopes:
            reach |= Q(**{department_path: path})
        # Whoever sees a department sees the own rows too, also after a move to another one.
        if scopes & {"subtree", "department"} and owner:
            reach |= Q(**{owner: actor.pk})
    return reach


class ScopedQuerySet(models.QuerySet[_Model]):
    """A queryset that knows which grant opens its rows."""

    view_permission: ClassVar[str] = ""
    owner_field: ClassVar[str | None] = "owner"
    department_path_field: ClassVar[str | None] = "department_path"

    def visible_to(self, actor: Actor) -> Self:
        """Only what this actor may see; nothing without a grant."""
        return self.filter(
            scope_q(
                actor,
                self.view_permission,
                owner=self.owner_field,
                department_path=self.department_path_field,
            )
        )

    def reachable_by(self, actor: Actor, permission: str) -> Self:
        """Only what this actor may do the named deed with."""
        return self.filter(
            scope_q(actor, permission, owner=self.owner_field, department_path=self.department_path_field)
        )


def require_on(actor: Actor, permission: str, queryset: ScopedQuerySet[Any], pk: object) -> None:
    """Refuse a deed on one row: 404 to a stranger (DoesNotExist), 403 to a reader (PermissionDenied)."""
    if not queryset.visible_to(actor).filter(pk=pk).exists():
        raise queryset.model.DoesNotExist(f"{queryset.model.__name__} {pk} does not exist.")
    if not queryset.reachable_by(actor, permission).filter(pk=pk).exists():
        raise PermissionDenied(permission)


def users_with_role(code: str) -> models.QuerySet[User]:
    """The active people of a role."""
    from core.models import User

    return User.objects.filter(is_active=True, roles__code=code)
