"""Say whose people may start, draw and publish a process."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor
from core.errors import ApplicationError
from core.models import Role
from core.rights import require
from workflows.models import ProcessDefinition
from workflows.services.drawing_rights import locked

FIELDS = ("start_roles", "draw_roles", "publish_roles")


@transaction.atomic
def set_process_roles(
    *,
    definition_key: str,
    actor: Actor,
    start_roles: Collection[str] | None = None,
    draw_roles: Collection[str] | None = None,
    publish_roles: Collection[str] | None = None,
) -> ProcessDefinition:
    """Grant a process to the people of these roles, and take it from all others; None leaves a right as it is.

    Raises PermissionDenied, ProcessDefinition.DoesNotExist, and ApplicationError for a role that is none.
    """
    require(actor, "workflows.set_operations")
    definition = locked(definition_key, actor)
    given = dict(zip(FIELDS, (start_roles, draw_roles, publish_roles), strict=True))
    wanted = {name: sorted(set(roles)) for name, roles in given.items() if roles is not None}
    _require_known(wanted)
    before = {name: getattr(definition, name) for name in wanted}
    changed = [name for name in wanted if sorted(before[name]) != wanted[name]]
    if not changed:
        return definition
    for name in changed:
        setattr(definition, name, wanted[name])
    definition.save(update_fields=changed)
    audit.record(
        actor,
        "workflows.set_process_roles",
        definition,
        before={name: before[name] for name in changed},
        after={name: wanted[name] for name in changed},
    )
    return definition


def _require_known(wanted: dict[str, list[str]]) -> None:
    known = set(Role.objects.values_list("code", flat=True))
    errors = {
        name: [_("There is no role “%(role)s”.") % {"role": role} for role in roles if role not in known]
        for name, roles in wanted.items()
    }
    errors = {name: texts for name, texts in errors.items() if texts}
    if errors:
        first = next(iter(errors.values()))[0]
        raise ApplicationError(first, code="unknown_role", errors=errors)
