"""What people do about alerts: look after one, give it back. And old ones are forgotten."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict
from core.models import User
from workflows.models import Alert
from workflows.selectors.alerts import alerts

KEPT_FOR = timedelta(days=400)
BATCH = 5_000


def take_alert(*, alert_id: int, actor: User, note: str = "") -> Alert:
    """The actor looks after it, so nobody is told again that it lasts. Who has it already may change the note.

    Raises Conflict where it is over, or where somebody else who is still here looks after it.
    """
    with transaction.atomic():
        alert = _open_alert(alert_id, actor)
        holder = alert.taken_by
        if holder is not None and holder.pk != actor.pk and holder.is_active:
            raise Conflict(
                _("%(name)s looks after it already. Ask them, or give it back first.")
                % {"name": holder.name},
                code="taken",
            )
        alert.taken_by, alert.taken_at, alert.note = actor, clock.now(), note
        alert.save(update_fields=["taken_by", "taken_at", "note"])
        audit.record(actor, "workflows.take_alert", alert, note=note)
    return alert


def release_alert(*, alert_id: int, actor: User, note: str = "") -> Alert:
    """Nobody looks after it any more; whoever may watch may say so, also for somebody who is ill."""
    with transaction.atomic():
        alert = _open_alert(alert_id, actor)
        if alert.taken_by is None:
            raise Conflict(_("Nobody looks after it."), code="not_taken")
        audit.record(
            actor, "workflows.release_alert", alert, before={"taken_by": alert.taken_by.username}, note=note
        )
        alert.taken_by, alert.taken_at, alert.note = None, None, note
        alert.save(update_fields=["taken_by", "taken_at", "note"])
    return alert


def _open_alert(alert_id: int, actor: User) -> Alert:
    alert = alerts(actor).select_for_update(of=("self",)).get(pk=alert_id)
    if alert.state != Alert.State.OPEN:
        raise Conflict(_("It is over; there is nothing left to look after."), code="over")
    return alert


def forget_old_alerts() -> int:
    """Remove those that have long been over; says how many."""
    old = Alert.objects.filter(state=Alert.State.CLOSED, closed_at__lt=clock.now() - KEPT_FOR)
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    removed, _by_model = Alert.objects.filter(pk__in=keys).delete()
    return removed
