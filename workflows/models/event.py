"""What happened in a case: rows that are only ever added."""

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class HistoryEvent(models.Model):
    """One thing that happened. The database refuses to change or delete it.

    Rows hold codes and ids; words are resolved when shown, in the reader's language.
    """

    class Kind(models.TextChoices):
        STARTED = "started", _("started")
        COMPLETED = "completed", _("completed")
        CLAIMED = "claimed", _("claimed")
        RELEASED = "released", _("gave back")
        FAILED = "failed", _("failed")
        RETRIED = "retried", _("retried")
        SKIPPED = "skipped", _("skipped")
        ERROR_THROWN = "error_thrown", _("let fail")
        EDITED = "edited", _("changed data")
        MENDED = "mended", _("made the rows agree")
        FIRED = "fired", _("time came")
        RECEIVED = "received", _("received")
        SENT = "sent", _("sent")
        REMINDED = "reminded", _("reminded")
        COPIED = "copied", _("told the manager")
        UNASSIGNED = "unassigned", _("found nobody entitled")
        REASSIGNED = "reassigned", _("handed on")
        SNOOZED = "snoozed", _("put off")
        WOKEN = "woken", _("came back")
        SUSPENDED = "suspended", _("suspended")
        RESUMED = "resumed", _("resumed")
        CANCELLED = "cancelled", _("cancelled")
        MOVED = "moved", _("moved by hand")
        ENDED = "ended", _("ended")

    instance = models.ForeignKey(
        "ProcessInstance", on_delete=models.PROTECT, db_index=False, related_name="events"
    )
    # 1, 2, 3 ... within the case, without gaps.
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    element = models.CharField(max_length=1000, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    # Who of the system acted where actor is empty: "contract_lifecycle:activate".
    actor_label = models.CharField(max_length=120)
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    outcome = models.CharField(max_length=40, blank=True)
    comment = models.TextField(blank=True)
    # The flows taken, the values that a gateway read, what failed.
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # The case's data that the step has changed, with their new values, on the last event of each step. For those who
    # may see the data of a case, not for everybody who may see its history. Empty for steps before this was kept.
    changes = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["instance_id", "seq"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "seq"], name="history_event_number_once"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="history_event_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.instance_id}.{self.seq} {self.kind} {self.element}"
