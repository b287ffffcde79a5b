"""What a supplement changes about its main contract (变更, domain P4)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.contract import Contract
from contracts.models.plan import PaymentPlanLine
from contracts.models.template import Risk


class AmendmentChange(models.Model):
    """One thing that a supplement changes. What was in force before is written down when the supplement is submitted;
    the row never changes after that, except that it says when it was applied."""

    class Kind(models.TextChoices):
        TERM = "term", _("End of the term")
        INSTALMENT = "instalment", _("Due date of an instalment")
        CLAUSE = "clause", _("Clause replaced")
        ADDED = "added", _("Clause added")

    # The supplement, not the contract that it changes.
    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="amendments")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    new_day = models.DateField(_("new day"), null=True, blank=True)
    old_day = models.DateField(_("day before"), null=True, editable=False)
    # The instalment of the main contract that is moved.
    plan_line = models.ForeignKey(
        PaymentPlanLine, on_delete=models.PROTECT, null=True, blank=True, related_name="amendments"
    )
    # The clause of the main contract; of an added one its own.
    code = models.SlugField(_("clause"), max_length=40, blank=True)
    # The clause of the main contract after which an added one stands; empty: at the end.
    after = models.SlugField(_("after"), max_length=40, blank=True)
    title = models.CharField(_("title"), max_length=80, blank=True)
    # In words, one paragraph a line: there are no placeholders in it.
    text = models.TextField(_("new text"), max_length=6000, blank=True)
    # The same in English, paragraph by paragraph, where the supplement is printed in both languages.
    title_en = models.CharField(_("title in English"), max_length=120, blank=True, default="")
    text_en = models.TextField(_("new text in English"), max_length=18_000, blank=True, default="")
    old_title = models.CharField(max_length=80, blank=True, editable=False)
    old_text = models.TextField(blank=True, editable=False)
    old_text_en = models.TextField(blank=True, default="", editable=False)
    risk = models.CharField(_("risk"), max_length=4, choices=Risk, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # The how-manieth supplement of its main contract to take effect; empty until it does.
    applied_no = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        ordering: ClassVar = ["contract", "pk"]
        verbose_name = _("change of the main contract")
        verbose_name_plural = _("changes of the main contract")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="term", new_day__isnull=False, plan_line__isnull=True, code="", text="")
                | Q(kind="instalment", new_day__isnull=False, plan_line__isnull=False, code="", text="")
                | (
                    Q(kind__in=["clause", "added"], new_day__isnull=True, plan_line__isnull=True)
                    & ~Q(code="")
                    & ~Q(text="")
                ),
                name="amendment_says_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["clause", "added"]) | Q(title_en="", text_en=""),
                name="amendment_has_english_of_its_words",
            ),
            models.UniqueConstraint(
                fields=["contract"], condition=Q(kind="term"), name="supplement_moves_the_end_once"
            ),
            models.UniqueConstraint(
                fields=["contract", "plan_line"], name="supplement_moves_an_instalment_once"
            ),
            models.UniqueConstraint(
                fields=["contract", "code"], condition=~Q(code=""), name="supplement_changes_a_clause_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.get_kind_display()}"

    @property
    def is_wording(self) -> bool:
        return self.kind in (self.Kind.CLAUSE, self.Kind.ADDED)

    @property
    def key(self) -> str:
        """What it is about: two supplements with the same key change the same thing."""
        if self.kind == self.Kind.TERM:
            return "term"
        if self.kind == self.Kind.INSTALMENT:
            return f"instalment.{self.plan_line.seq if self.plan_line else 0}"
        return f"clause.{self.code}"
