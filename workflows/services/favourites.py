"""The processes that somebody keeps on top in the catalogue."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from core.models import User
from workflows.models import FavouriteProcess, ProcessDefinition


def set_favourite(*, definition_key: str, actor: User, is_favourite: bool) -> ProcessDefinition:
    """Put a star on a process, or take it away; said twice it is the same.

    Raises ProcessDefinition.DoesNotExist for one that the actor does not see, and PermissionDenied for a star on
    one that they may not start. A star may always be taken away.
    """
    definition = ProcessDefinition.objects.visible_to(actor).get(key=definition_key)
    if not is_favourite:
        FavouriteProcess.objects.filter(person=actor, definition=definition).delete()
        return definition
    if not definition.may_be_started_by(actor):
        raise PermissionDenied("workflows.start_process")
    FavouriteProcess.objects.get_or_create(person=actor, definition=definition)
    return definition


def favourites_of(person: User) -> set[int]:
    """The keys of the rows of the processes on which this person has put a star."""
    return set(FavouriteProcess.objects.filter(person=person).values_list("definition", flat=True))
