"""Who is responsible for a complaint, and what the leader says to how it was dealt with."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from service.models.complaint import Complaint


class Ruling(models.Model):
    """Who is responsible, and why. Its shares sum to 100; nobody rules on their own case."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="rulings")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    is_justified = models.BooleanField(_("justified"))
    basis = models.TextField(_("basis"), max_length=2000)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("ruled by")
    )
    ruled_at = models.DateTimeField(_("ruled"))

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("responsibility ruling")
        verbose_name_plural = _("responsibility rulings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "round"], name="one_ruling_a_round"),
            models.CheckConstraint(condition=~Q(basis=""), name="ruling_names_its_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} {self.round}"


class RulingShare(models.Model):
    """The part of the responsibility that one party bears."""

    class Party(models.TextChoices):
        PERSON = "person", _("Person")
        DEPARTMENT = "department", _("Department")
        SUPPLIER = "supplier", _("Supplier")
        CUSTOMER = "customer", _("Customer")
        NONE = "none", _("Nobody")

    # The parties on our side of the counter: one of them bears a share of a justified complaint.
    OURS = (Party.PERSON, Party.DEPARTMENT, Party.SUPPLIER)

    ruling = models.ForeignKey(Ruling, on_delete=models.PROTECT, related_name="shares")
    party = models.CharField(_("party"), max_length=10, choices=Party)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    department = models.ForeignKey(
        "core.Department",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
    )
    share = models.PositiveSmallIntegerField(_("share %"))

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(share__gte=1, share__lte=100), name="share_is_1_to_100"),
            models.CheckConstraint(
                condition=Q(party="person", person__isnull=False, department__isnull=True)
                | Q(party="department", person__isnull=True, department__isnull=False)
                | Q(party__in=["supplier", "customer", "none"], person__isnull=True, department__isnull=True),
                name="share_names_its_party",
            ),
            models.UniqueConstraint(
                fields=["ruling", "party", "person", "department"],
                nulls_distinct=False,
                name="party_bears_one_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_name} {self.share} %"

    @property
    def party_name(self) -> str:
        """The person's or department's name, else the kind of party."""
        if self.person is not None:
            return self.person.name
        return str(self.department if self.department is not None else self.get_party_display())


class LeaderInstruction(models.Model):
    """What the leader decides about how a complaint was handled: agreed, or done again."""

    class Verdict(models.TextChoices):
        AGREE = "agree", _("Agreed")
        REDO = "redo", _("To be done again")

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="instructions")
    round = models.PositiveSmallIntegerField(_("round"))
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict)
    text = models.CharField(_("instruction"), max_length=1000, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("given by")
    )
    given_at = models.DateTimeField(_("given"))

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("leader's instruction")
        verbose_name_plural = _("leader's instructions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "round"], name="one_instruction_a_round"),
            models.CheckConstraint(
                condition=Q(verdict="agree") | ~Q(text=""), name="instruction_to_redo_says_what"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} {self.get_verdict_display()}"
