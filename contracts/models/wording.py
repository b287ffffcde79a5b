"""What one contract says otherwise than its template (F76)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.contract import Contract
from contracts.models.template import Risk
from contracts.models.version import ContractVersion


class ClauseChange(models.Model):
    """One decision of a draft about one clause; a clause without a row stands as in the template."""

    class Kind(models.TextChoices):
        LEFT_OUT = "left_out", _("Left out")
        TAKEN_IN = "taken_in", _("Taken in")
        CHOSEN = "chosen", _("Chosen")
        CHANGED = "changed", _("Changed")
        ADDED = "added", _("Added")

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="clause_changes")
    # The clause of the template; of an added one its own.
    code = models.SlugField(_("clause"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # The clause of the template after which an added one stands; empty: before the last one.
    after = models.SlugField(_("after"), max_length=40, blank=True)
    title = models.CharField(_("title"), max_length=80, blank=True)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    paragraphs = models.JSONField(default=list)
    # Empty where it is a choice that the template leaves to the drafter.
    risk = models.CharField(_("risk"), max_length=4, choices=Risk, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["contract", "pk"]
        verbose_name = _("change of a clause")
        verbose_name_plural = _("changes of clauses")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "code"], name="clause_decided_once_per_contract"),
            models.CheckConstraint(
                condition=Q(kind__in=["changed", "added"]) | Q(paragraphs=[]),
                name="only_changed_clauses_bring_a_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.code} {self.kind}"


class ClauseDeviation(models.Model):
    """Where a submitted version yields from its template: the register of what customers ask for. Never changed."""

    version = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="deviations")
    # For the register, which counts by template and clause.
    template_code = models.SlugField(max_length=40)
    code = models.SlugField(_("clause"), max_length=40)
    title = models.CharField(_("title"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=ClauseChange.Kind)
    old = models.JSONField(default=list)
    new = models.JSONField(default=list)
    risk = models.CharField(_("risk"), max_length=4, choices=Risk)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        ordering: ClassVar = ["version", "pk"]
        verbose_name = _("deviation")
        verbose_name_plural = _("deviations")
        constraints: ClassVar = [
            # A supplement yields from its own template and changes the clauses of another one.
            models.UniqueConstraint(
                fields=["version", "template_code", "code"], name="deviation_once_per_version_and_clause"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="deviation_has_a_reason"),
        ]
        indexes: ClassVar = [models.Index(fields=["template_code", "code"], name="deviation_by_clause")]

    def __str__(self) -> str:
        return f"{self.version}: {self.title}"
