"""Newer diagrams of the program for processes that the company has changed: offered, never put in place.

What nobody has changed is published anew by ``publish_shipped``. What somebody has published is theirs: the
program's newer diagram waits until somebody makes a draft of it or says "not now".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor
from core.errors import Conflict
from core.notifications import notify
from workflows.models import DraftSnapshot, ProcessDefinition, ProcessDraft, ShippedOffer
from workflows.services.definitions import save_draft
from workflows.services.drawing_rights import locked_to_draw, locked_to_publish, publishers_of
from workflows.services.versions import require_replaceable

Status = ShippedOffer.Status


def note_offer(
    definition: ProcessDefinition, *, bpmn: str, decisions: Mapping[str, str]
) -> ShippedOffer | None:
    """Offer what came with the program, where the company has never run it and has not been asked about it.

    Whoever may publish is told once. Called for processes that somebody of the company has published.
    """
    known = ShippedOffer.objects.filter(definition=definition).first()
    if definition.versions.filter(bpmn=bpmn, decisions=dict(decisions)).exists():
        if known is not None and known.status == Status.OPEN:
            known.delete()
        return None
    mark = _mark(bpmn, decisions)
    if known is not None and known.checksum == mark:
        return known
    offer, _created = ShippedOffer.objects.update_or_create(
        definition=definition,
        defaults={
            "bpmn": bpmn,
            "decisions": dict(decisions),
            "checksum": mark,
            "status": Status.OPEN,
            "offered_at": clock.now(),
            "decided_by": None,
            "decided_at": None,
        },
    )
    notify(
        publishers_of(definition),
        "process.offered",
        f"process.offered:{definition.pk}:{mark[:16]}",
        {"name_zh": definition.name_zh, "name_en": definition.name_en, "key": definition.key},
        reverse("workflows:shipped-offer", args=[definition.key]),
        subject=definition,
    )
    return offer


@transaction.atomic
def take_offer(
    *, definition_key: str, checksum: str, revision: int, actor: Actor, replace: bool = False
) -> ProcessDraft:
    """Make the program's newer diagram the draft; nothing is published.

    ``checksum`` says which one the person has looked at, ``revision`` which draft, 0 for none. A draft of
    somebody else is replaced only where ``replace`` says so.
    """
    offer = _open_offer(locked_to_draw(definition_key, actor), checksum)
    draft = ProcessDraft.objects.filter(definition=offer.definition).select_related("updated_by").first()
    require_replaceable(draft, revision, actor, replace=replace)
    saved = save_draft(
        definition_key=definition_key,
        bpmn=offer.bpmn,
        decisions=offer.decisions,
        revision=revision,
        actor=actor,
        origin=DraftSnapshot.Origin.OFFER,
    )
    _decide(offer, Status.TAKEN, actor, "workflows.take_shipped_offer")
    return saved


@transaction.atomic
def decline_offer(*, definition_key: str, checksum: str, actor: Actor) -> ShippedOffer:
    """Say "not now": it is offered no more; the next newer one is."""
    offer = _open_offer(locked_to_publish(definition_key, actor), checksum)
    _decide(offer, Status.DECLINED, actor, "workflows.decline_shipped_offer")
    return offer


def _open_offer(definition: ProcessDefinition, checksum: str) -> ShippedOffer:
    offer = ShippedOffer.objects.select_related("definition").get(definition=definition)
    if offer.checksum != checksum or offer.status != Status.OPEN:
        raise Conflict(
            _("This has been decided meanwhile, or a newer diagram has come. Load the page again."),
            code="stale_offer",
        )
    return offer


def _decide(offer: ShippedOffer, status: str, actor: Actor, action: str) -> None:
    offer.status, offer.decided_by_id, offer.decided_at = status, actor.pk, clock.now()
    offer.save(update_fields=["status", "decided_by", "decided_at"])
    audit.record(actor, action, offer.definition, after={"checksum": offer.checksum})


def _mark(bpmn: str, decisions: Mapping[str, str]) -> str:
    text = json.dumps([bpmn, dict(decisions)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
