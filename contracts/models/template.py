"""The texts that contracts are made of."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class ContractTemplate(models.Model):
    """One version of a contract's text. A published version never changes; a new one replaces it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    # What stands around the clauses (title, preamble, closing line), by name.
    texts = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering: ClassVar = ["code", "-version"]
        verbose_name = _("contract template")
        verbose_name_plural = _("contract templates")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="template_version_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(state="published"), name="template_has_one_published_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Clause(models.Model):
    """A clause of a template. A locked one is changed only by agreement with legal."""

    class Kind(models.TextChoices):
        LOCKED = "locked", _("Locked")
        OPTIONAL = "optional", _("Optional")
        ALTERNATIVE = "alternative", _("Alternative")

    template = models.ForeignKey(ContractTemplate, on_delete=models.CASCADE, related_name="clauses")
    seq = models.PositiveSmallIntegerField(_("no."))
    code = models.SlugField(_("code"), max_length=40)
    title = models.CharField(_("title"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.LOCKED)
    # Paragraphs with {{ placeholders }}; a flagged one limits our liability and is printed in bold (art. 496).
    paragraphs = models.JSONField(default=list)
    law_reference = models.CharField(_("legal basis"), max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["template", "seq"]
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "seq"], name="clause_number_once_per_template"),
            models.UniqueConstraint(fields=["template", "code"], name="clause_code_once_per_template"),
        ]

    def __str__(self) -> str:
        return self.title
