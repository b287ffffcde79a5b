"""How long cases are kept: what must stay, and what is left of those that are gone."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.actors import Actor
from core.rights import EVERYBODY, scope_q
from workflows.models.work_item import VIEW_CASES

PURGE, HOLD = "workflows.purge_cases", "workflows.hold_cases"


class LegalHold(models.Model):
    """Somebody has ordered that cases stay: one case, all about a business row, or all of a process.

    The database lets no case be purged under it, and changes of it are only its lifting.
    """

    class Target(models.TextChoices):
        CASE = "case", _("One case")
        SUBJECT = "subject", _("All cases about a business row")
        PROCESS = "process", _("All cases of a process")

    target = models.CharField(_("holds"), max_length=8, choices=Target)
    # The id of the case. A lifted hold stays when its case is purged; ids are never given twice.
    instance_id = models.BigIntegerField(null=True)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    definition = models.ForeignKey(
        "ProcessDefinition", on_delete=models.PROTECT, null=True, db_index=False, related_name="holds"
    )
    # What the case or the business row was called when it was placed.
    title = models.CharField(max_length=200, blank=True)
    reason = models.TextField(_("reason"))
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    placed_by_label = models.CharField(_("placed by"), max_length=120)
    placed_at = models.DateTimeField(_("placed at"))
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    lifted_by_label = models.CharField(max_length=120, blank=True)
    lifted_at = models.DateTimeField(_("lifted at"), null=True)
    lift_reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    target="case",
                    instance_id__isnull=False,
                    subject_type="",
                    subject_id="",
                    definition__isnull=True,
                )
                | (
                    Q(target="subject", instance_id__isnull=True, definition__isnull=True)
                    & ~Q(subject_type="")
                    & ~Q(subject_id="")
                )
                | Q(
                    target="process",
                    instance_id__isnull=True,
                    subject_type="",
                    subject_id="",
                    definition__isnull=False,
                ),
                name="legal_hold_has_one_target",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="legal_hold_says_why"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by_label="", lift_reason="")
                | (Q(lifted_at__isnull=False) & ~Q(lifted_by_label="") & ~Q(lift_reason="")),
                name="lifted_hold_says_who_and_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["instance_id"], condition=Q(lifted_at__isnull=True), name="hold_on_case"),
            models.Index(
                fields=["subject_type", "subject_id"],
                condition=Q(lifted_at__isnull=True),
                name="hold_on_subject",
            ),
            models.Index(fields=["definition"], condition=Q(lifted_at__isnull=True), name="hold_on_process"),
        ]

    def __str__(self) -> str:
        if self.definition is not None:
            return self.definition.name
        return self.title or (f"#{self.instance_id}" if self.instance_id else self.subject_id)

    @property
    def stands(self) -> bool:
        return self.lifted_at is None

    @property
    def placer(self) -> str:
        return self.placed_by.name if self.placed_by is not None else self.placed_by_label


class PurgedCaseQuerySet(models.QuerySet["PurgedCase"]):
    def visible_to(self, actor: Actor) -> Self:
        """As the cases were, but for those who only worked in them: nobody knows that any more."""
        if actor.may(PURGE):
            return self
        granted = scope_q(actor, VIEW_CASES, owner="starter")
        return self if granted == EVERYBODY else self.filter(granted | Q(starter=actor.pk))


class PurgedCase(models.Model):
    """What is left of a case that was purged. Written in the transaction that removes the case, or not at all.

    The database refuses it for a case that runs or is held, refuses to change it, and lets history be deleted only
    beside it.
    """

    class Way(models.TextChoices):
        POLICY = "policy", pgettext_lazy("purged", "by its age")
        HAND = "hand", pgettext_lazy("purged", "by hand")

    instance_id = models.BigIntegerField(_("case"), primary_key=True)
    definition = models.ForeignKey(
        "ProcessDefinition",
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
        verbose_name=_("process"),
    )
    version = models.ForeignKey("ProcessVersion", on_delete=models.PROTECT, db_index=False, related_name="+")
    status = models.CharField(_("status"), max_length=16)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject_title = models.CharField(_("subject"), max_length=200, blank=True)
    business_key = models.CharField(max_length=80, blank=True)
    department_path = models.CharField(max_length=300, blank=True)
    starter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    starter_label = models.CharField(max_length=120)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"))
    events = models.PositiveIntegerField(_("entries of history"))
    tasks = models.PositiveIntegerField(_("tasks"))
    search_tokens = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    # By which rule, in whose name, and why.
    way = models.CharField(_("purged by"), max_length=6, choices=Way)
    months = models.PositiveSmallIntegerField(null=True)
    reason = models.TextField(_("reason"), blank=True)
    purged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    purged_by_label = models.CharField(max_length=120)
    purged_at = models.DateTimeField(_("purged at"))
    # The number of the transaction, which the database writes itself.
    purged_in = models.BigIntegerField(default=0)

    objects = PurgedCaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-instance_id"]
        verbose_name = _("purged case")
        verbose_name_plural = _("purged cases")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(way__in=["policy", "hand"]), name="purged_case_says_how"),
            models.CheckConstraint(
                condition=Q(way="hand", months__isnull=True) & ~Q(reason="")
                | Q(way="policy", months__isnull=False),
                name="purged_case_says_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id"], name="purged_by_subject"),
            models.Index(fields=["definition", "-instance_id"], name="purged_by_definition"),
            GinIndex(fields=["search_tokens"], name="purged_search"),
        ]

    def __str__(self) -> str:
        return self.subject_title or self.business_key or f"#{self.instance_id}"

    def get_absolute_url(self) -> str:
        return reverse("workflows:purged-case-list") + f"?case={self.instance_id}"
