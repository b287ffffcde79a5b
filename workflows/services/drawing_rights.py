"""Who may draw a process, and who may publish what is drawn: refused here, and nowhere else.

Some may draw or publish any process, by a right of their roles; others those whose `draw_roles` and
`publish_roles` name one of theirs; whoever answers for a process may draw it.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from core.actors import Actor
from core.models import User
from core.who import holders_of
from workflows.models import ProcessDefinition
from workflows.models.definition import DRAW, PUBLISH


def require_drawing(definition: ProcessDefinition, actor: Actor) -> None:
    """Raise PermissionDenied unless the actor may draw this process."""
    if not definition.may_be_drawn_by(actor):
        raise PermissionDenied(DRAW)


def require_publishing(definition: ProcessDefinition, actor: Actor) -> None:
    """Raise PermissionDenied unless the actor may publish this process."""
    if not definition.may_be_published_by(actor):
        raise PermissionDenied(PUBLISH)


def require_seeing_draft(definition: ProcessDefinition, actor: Actor) -> None:
    """Raise PermissionDenied unless the actor may draw or publish this process."""
    if not definition.shows_its_draft_to(actor):
        raise PermissionDenied(DRAW)


def locked_to_draw(key: str, actor: Actor) -> ProcessDefinition:
    """The process, locked, for whoever may draw it. A stranger hears that there is none (DoesNotExist)."""
    definition = locked(key, actor)
    require_drawing(definition, actor)
    return definition


def locked_to_publish(key: str, actor: Actor) -> ProcessDefinition:
    """The process, locked, for whoever may publish it. A stranger hears that there is none (DoesNotExist)."""
    definition = locked(key, actor)
    require_publishing(definition, actor)
    return definition


def locked(key: str, actor: Actor) -> ProcessDefinition:
    return (
        ProcessDefinition.objects.visible_to(actor)
        .select_for_update(no_key=True, of=("self",))
        .select_related("current_version")
        .get(key=key)
    )


def may_change_any(actor: Actor) -> bool:
    """Whether there is a process that the actor may draw or publish."""
    return actor.may(DRAW) or actor.may(PUBLISH) or ProcessDefinition.objects.changed_by(actor).exists()


def publishers_of(definition: ProcessDefinition) -> list[User]:
    """The active people who may publish a process."""
    found = {one.person.pk: one.person for one in holders_of(PUBLISH)}
    for person in User.objects.filter(is_active=True, roles__code__in=definition.publish_roles):
        found[person.pk] = person
    return list(found.values())
