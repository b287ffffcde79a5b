"""Flows: what is published, what is being drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, SystemActor
from core.models.people import in_reader_language

if TYPE_CHECKING:
    from core.models import User

DRAW, PUBLISH = "workflows.import_definition", "workflows.publish_definition"
# Whoever sees cases, draws, publishes or starts processes sees what processes there are.
LOOK_AT_ALL = ("workflows.view_instance", DRAW, PUBLISH, "workflows.start_process")


class ProcessDefinitionQuerySet(models.QuerySet["ProcessDefinition"]):
    def visible_to(self, actor: Actor) -> Self:
        """What this actor may start, draw, publish or look at."""
        if any(actor.may(permission) for permission in LOOK_AT_ALL):
            return self
        roles = sorted(_roles(actor))
        return self.filter(_changed_by(actor) | Q(start_roles__overlap=roles))

    def changed_by(self, actor: Actor) -> Self:
        """What this actor may draw or publish."""
        if actor.may(DRAW) or actor.may(PUBLISH):
            return self
        return self.filter(_changed_by(actor))


def _changed_by(actor: Actor) -> Q:
    roles = sorted(_roles(actor))
    return Q(owner=actor.pk) | Q(draw_roles__overlap=roles) | Q(publish_roles__overlap=roles)


def _roles(actor: Actor) -> frozenset[str]:
    return frozenset() if isinstance(actor, SystemActor) or not actor.is_active else actor.role_codes


class ProcessDefinition(models.Model):
    """A flow by its key, with its owner and rights. What runs is one of its versions."""

    key = models.CharField(_("key"), max_length=80, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    # The kind of business row its cases are about, such as "contracts.contract"; empty for none.
    subject_type = models.CharField(max_length=60, blank=True)
    # Came with the program: a second person publishes changes to it.
    is_shipped = models.BooleanField(_("shipped"), default=False)
    # The operations its diagrams may call. An administrator grants them, so that whoever may publish a
    # complaint flow cannot confirm payments with it.
    allowed_operations = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    # Roles whose people may start a case, besides those who may start any.
    start_roles = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    # Roles whose people may draw it, and publish what is drawn, besides those who may do so with any.
    draw_roles = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    publish_roles = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    current_version = models.ForeignKey(
        "ProcessVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # So many months after its end a case is purged: empty as the company has it, 0 never.
    keep_months = models.PositiveSmallIntegerField(_("months to keep cases"), null=True, blank=True)
    created_at = models.DateTimeField()

    objects = ProcessDefinitionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["key"]
        verbose_name = _("process")
        verbose_name_plural = _("processes")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(key=""), name="process_definition_has_a_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_reader_language(self.name_zh, self.name_en) or self.key

    def may_be_started_by(self, actor: Actor) -> bool:
        return actor.may("workflows.start_process") or bool(_roles(actor) & set(self.start_roles))

    def may_be_drawn_by(self, actor: Actor) -> bool:
        """Whoever may draw any process, has one of its roles, or answers for it."""
        is_owner = actor.is_active and actor.pk is not None and actor.pk == self.owner_id
        return actor.may(DRAW) or is_owner or bool(_roles(actor) & set(self.draw_roles))

    def may_be_published_by(self, actor: Actor) -> bool:
        return actor.may(PUBLISH) or bool(_roles(actor) & set(self.publish_roles))

    def shows_its_draft_to(self, actor: Actor) -> bool:
        """Whoever draws it or publishes it."""
        return self.may_be_drawn_by(actor) or self.may_be_published_by(actor)


class ProcessVersion(models.Model):
    """One immutable published state of a definition. The database refuses changes and deletion."""

    definition = models.ForeignKey(ProcessDefinition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    bpmn = models.TextField()
    # Decision tables and forms beside the diagram, by name.
    decisions = models.JSONField(default=dict)
    forms = models.JSONField(default=dict)
    # The versions its call activities run, by key: what was current on the day of publishing.
    calls = models.JSONField(default=dict)
    # Every way to write a role on the day of publishing, and its code: lanes keep their meaning.
    roles = models.JSONField(default=dict)
    # SHA-256 of everything above: two equal versions are one, a damaged one is noticed.
    checksum = models.CharField(max_length=64)
    note = models.TextField(_("note"), blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    published_by_label = models.CharField(max_length=120)
    published_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["definition_id", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["definition", "number"], name="process_version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="process_version_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.definition.key} {self.number}"


class ProcessDraft(models.Model):
    """What somebody is drawing; nothing runs on it."""

    definition = models.OneToOneField(ProcessDefinition, on_delete=models.CASCADE, related_name="draft")
    bpmn = models.TextField()
    decisions = models.JSONField(default=dict)
    forms = models.JSONField(default=dict)
    # Grows with each save: whoever saves over somebody else's work is told.
    revision = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    updated_by_label = models.CharField(max_length=120)
    updated_at = models.DateTimeField()
    # When a revision of it shall be published by itself, in whose name and with which note.
    publish_at = models.DateTimeField(_("to be published at"), null=True, blank=True)
    publish_revision = models.PositiveIntegerField(null=True, blank=True)
    publish_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    publish_note = models.TextField(blank=True)
    # Who has asked others to publish which revision of it, when, and with which words.
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_revision = models.PositiveIntegerField(null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_note = models.TextField(blank=True)
    # Who last sent it back instead of publishing it, when and why; until somebody asks again.
    sent_back_at = models.DateTimeField(null=True, blank=True)
    sent_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_back_reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["definition_id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(revision__gte=1), name="draft_revision_from_one"),
            models.CheckConstraint(
                condition=Q(publish_at__isnull=True, publish_revision__isnull=True, publish_by__isnull=True)
                | Q(publish_at__isnull=False, publish_revision__isnull=False, publish_by__isnull=False),
                name="draft_is_scheduled_wholly_or_not",
            ),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True, asked_revision__isnull=True, asked_by__isnull=True)
                | Q(asked_at__isnull=False, asked_revision__isnull=False, asked_by__isnull=False),
                name="draft_is_asked_for_wholly_or_not",
            ),
            models.CheckConstraint(
                condition=Q(sent_back_at__isnull=True, sent_back_by__isnull=True, sent_back_reason="")
                | (Q(sent_back_at__isnull=False, asked_at__isnull=True) & ~Q(sent_back_reason="")),
                name="draft_is_sent_back_with_a_reason_or_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition.key} #{self.revision}"

    def was_last_saved_by(self, person: User) -> bool:
        return self.updated_by_id == person.pk

    @property
    def is_scheduled(self) -> bool:
        """Whether it shall be published by itself."""
        return self.publish_at is not None

    @property
    def has_changed_since(self) -> bool:
        """Whether somebody has saved it after it was scheduled: then it will not be published by itself."""
        return self.is_scheduled and self.publish_revision != self.revision

    @property
    def is_asked_for(self) -> bool:
        """Whether somebody has asked for it to be published."""
        return self.asked_at is not None

    @property
    def is_sent_back(self) -> bool:
        """Whether somebody has sent it back, and nobody has asked again."""
        return self.sent_back_at is not None

    @property
    def has_changed_since_asking(self) -> bool:
        """Whether somebody has saved it after that: the publisher is told, and sees the difference as it is now."""
        return self.is_asked_for and self.asked_revision != self.revision
