"""The history of drafts: each sitting leaves a state, and any of them can become the draft again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor
from core.errors import ApplicationError
from workflows.models import DraftSnapshot, ProcessDefinition, ProcessDraft
from workflows.services.drawing_rights import locked_to_draw
from workflows.services.versions import make_draft_of, require_replaceable

# States that nobody has needed for so long go; the newest of each process stays.
SNAPSHOTS_FOR: Final = timedelta(days=365)
# And no process keeps more of them than this.
MOST_OF_A_PROCESS: Final = 500
AT_ONCE: Final = 200


@transaction.atomic
def restore_snapshot(
    *, definition_key: str, snapshot_id: int, revision: int, actor: Actor, replace: bool = False
) -> ProcessDraft:
    """Make an earlier state the draft again; nothing is published, and what the draft holds now stays in its history.

    ``revision`` is that of the draft the person has seen, 0 for none. A draft of somebody else is replaced
    only where ``replace`` says so. Raises DraftSnapshot.DoesNotExist for a state of another process.
    """
    definition = locked_to_draw(definition_key, actor)
    snapshot = DraftSnapshot.objects.get(definition=definition, pk=snapshot_id)
    return make_draft_of(
        snapshot,
        definition,
        revision=revision,
        actor=actor,
        replace=replace,
        origin=DraftSnapshot.Origin.EARLIER,
        action="workflows.restore_snapshot",
        after={"snapshot": snapshot.pk},
    )


@transaction.atomic
def discard_draft(*, definition_key: str, revision: int, actor: Actor, replace: bool = False) -> None:
    """Drop the draft: what is drawn next begins from the version in use. The history keeps what it held.

    ``revision`` is the one the person has seen. A draft of somebody else goes only where ``replace`` says so.
    """
    definition = locked_to_draw(definition_key, actor)
    draft = ProcessDraft.objects.filter(definition=definition).select_related("updated_by").first()
    if draft is None:
        raise ApplicationError(_("There is no draft any more."), code="no_draft")
    require_replaceable(draft, revision, actor, replace=replace)
    audit.record(actor, "workflows.discard_draft", definition, before={"revision": draft.revision})
    draft.delete()


def forget_old_snapshots() -> int:
    """Remove states older than their time, and the oldest of processes that have too many; gives how many."""
    newest = ProcessDefinition.objects.annotate(newest=Max("draft_snapshots__pk")).values("newest")
    old = DraftSnapshot.objects.filter(saved_at__lt=clock.now() - SNAPSHOTS_FOR).exclude(pk__in=newest)
    gone = set(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    for definition in ProcessDefinition.objects.order_by("pk").values_list("pk", flat=True):
        rows = DraftSnapshot.objects.filter(definition=definition).order_by("-pk")
        gone.update(rows.values_list("pk", flat=True)[MOST_OF_A_PROCESS : MOST_OF_A_PROCESS + AT_ONCE])
    removed, _by_model = DraftSnapshot.objects.filter(pk__in=gone).delete()
    return int(removed)
