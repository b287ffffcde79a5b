"""Photos and papers of the customer's for the shop: several at once, most of them from a phone (F83)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import ApplicationError
from core.models import User
from core.rights import require_on
from core.services import attachments
from core.services.attachments import Received
from core.subjects import type_of
from service.models import Material, Onboarding
from service.services.onboarding import DO, locked

Kind = Material.Kind


@transaction.atomic
def add_materials(
    *, onboarding_id: int, files: Sequence[tuple[str, bytes]], kind: str, actor: User
) -> Received:
    """File what the customer has given. A bad file among them does not hold up the others; they are named."""
    require_on(actor, DO, Onboarding.objects.all(), onboarding_id)
    if kind not in Kind.values:
        unknown = _("Choose what the files show.")
        raise ApplicationError(unknown, code="invalid", errors={"kind": [unknown]})
    onboarding = locked(onboarding_id)
    if onboarding.state != Onboarding.State.OPEN:
        raise ApplicationError(_("The onboarding is over; nothing is added to it."), code="wrong_state")
    received = attachments.attach_many(
        subject_type=type_of(onboarding), subject_id=str(onboarding.pk), files=files, actor=actor
    )
    Material.objects.bulk_create(
        Material(onboarding=onboarding, kind=kind, attachment=one) for one in received.taken
    )
    if received.taken:
        names = [one.document.name for one in received.taken]
        audit.record(actor, "service.add_materials", onboarding, after={"kind": kind, "files": names})
    return received


def materials_of(onboarding: Onboarding) -> Sequence[Material]:
    """What was brought and not taken off again, by kind."""
    rows = Material.objects.filter(onboarding=onboarding, attachment__removed_at=None)
    return list(rows.select_related("attachment__document", "attachment__added_by").order_by("kind", "pk"))


@transaction.atomic
def approve_materials(*, onboarding: Onboarding, actor: User) -> None:
    """Whoever reviews the content has seen them all."""
    Material.objects.filter(onboarding=onboarding, approved_at=None, attachment__removed_at=None).update(
        approved_at=clock.now(), approved_by=actor
    )
