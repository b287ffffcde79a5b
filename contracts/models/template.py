"""The texts that contracts are made of."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock

PERSON = settings.AUTH_USER_MODEL


class Risk(models.TextChoices):
    """How much it costs us where a clause yields to a customer (F76)."""

    LOW = "low", pgettext_lazy("risk", "Low")
    MIDDLE = "mid", pgettext_lazy("risk", "Middle")
    HIGH = "high", pgettext_lazy("risk", "High")


class ContractTemplate(models.Model):
    """One version of a contract's text (F75). A draft is edited; a published version never changes, a new one
    replaces it. The database refuses anything else."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    class Layout(models.TextChoices):
        FULL = "full", _("Contract")
        ORDER = "order", _("Order form of one page, general terms as annex")
        SUPPLEMENT = "supplement", _("Supplement to a contract")

    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    layout = models.CharField(_("form"), max_length=10, choices=Layout, default=Layout.FULL)
    # Contracts from a text that is not of the company's standards always go to legal.
    is_standard = models.BooleanField(_("standard text"), default=True)
    # What stands around the clauses (title, preamble), the usual answers of its values, by name.
    texts = models.JSONField(default=dict)
    note = models.CharField(_("what is new"), max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    updated_by = models.ForeignKey(
        PERSON, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)
    published_by = models.ForeignKey(
        PERSON, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    published_at = models.DateTimeField(_("published"), null=True, editable=False)

    class Meta:
        ordering: ClassVar = ["code", "-version"]
        verbose_name = _("contract template")
        verbose_name_plural = _("contract templates")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="template_version_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(state="published"), name="template_has_one_published_version"
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(state="draft"), name="template_has_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("contracts:template-detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT


class Clause(models.Model):
    """A clause of a template. Changing a locked one for a customer is a deviation."""

    class Kind(models.TextChoices):
        LOCKED = "locked", _("Locked")
        OPTIONAL = "optional", _("Optional")
        ALTERNATIVE = "alternative", _("Alternative")

    class Part(models.TextChoices):
        BODY = "body", pgettext_lazy("part of a contract", "Contract")
        ANNEX = "annex", pgettext_lazy("part of a contract", "General terms (annex)")

    template = models.ForeignKey(ContractTemplate, on_delete=models.CASCADE, related_name="clauses")
    seq = models.PositiveSmallIntegerField(_("no."))
    code = models.SlugField(_("code"), max_length=40)
    title = models.CharField(_("title"), max_length=80)
    # Empty: nobody has written it in English.
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.LOCKED)
    # Of the alternatives of one group exactly one stands in a contract.
    group = models.SlugField(_("group of alternatives"), max_length=40, blank=True)
    is_default = models.BooleanField(_("in unless decided otherwise"), default=True)
    part = models.CharField(_("part"), max_length=10, choices=Part, default=Part.BODY)
    # Paragraphs as contracts.texts.paragraphs reads them; one in bold limits our liability (art. 496).
    paragraphs = models.JSONField(default=list)
    law_reference = models.CharField(_("legal basis"), max_length=120, blank=True)
    risk = models.CharField(_("risk if it yields"), max_length=4, choices=Risk, default=Risk.MIDDLE)
    # For whoever drafts: how far it may yield, and what to offer instead.
    guidance = models.TextField(_("advice for drafting"), max_length=600, blank=True)

    class Meta:
        ordering: ClassVar = ["template", "seq"]
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "seq"], name="clause_number_once_per_template"),
            models.UniqueConstraint(fields=["template", "code"], name="clause_code_once_per_template"),
            models.CheckConstraint(
                condition=(Q(kind="alternative") & ~Q(group="")) | (~Q(kind="alternative") & Q(group="")),
                name="alternatives_have_a_group",
            ),
        ]

    def __str__(self) -> str:
        return self.title
