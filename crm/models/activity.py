"""What was done with a customer: calls, visits, letters, chats (F40 to F45)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core import clock
from core.rights import ScopedQuerySet


class ActivityType(models.Model):
    """A kind of activity, and what a record of it must hold."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("Telephone")
        VISIT = "visit", _("Face to face")
        CHAT = "chat", _("Chat")
        WRITTEN = "written", _("Mail and post")
        OTHER = "other", _("Other")

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=40)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.OTHER)
    order = models.PositiveSmallIntegerField(_("order"), default=50)
    # A chat is pasted or uploaded, of a call the key points are enough (F43).
    transcript_required = models.BooleanField(_("needs the chat record"), default=False)
    counts_as_contact = models.BooleanField(_("counts as a contact"), default=True)
    # A sample that was sent is followed up (F50).
    next_required = models.BooleanField(_("needs a next date"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering: ClassVar = ["order", "pk"]
        verbose_name = _("activity type")
        verbose_name_plural = _("activity types")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class ActivityQuerySet(ScopedQuerySet["Activity"]):
    """The activities of the customers a person may see."""

    view_permission = "crm.view_customer"
    owner_field = "customer__owner"
    department_path_field = "customer__department_path"


class Activity(models.Model):
    """A record of something done: what, when, with whom, by whom, what came of it, what is next (F41)."""

    subject = models.CharField(_("subject"), max_length=120)
    customer = models.ForeignKey(
        "crm.Customer", on_delete=models.CASCADE, related_name="activities", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        "crm.Contact",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact"),
    )
    type = models.ForeignKey(ActivityType, on_delete=models.PROTECT, related_name="+", verbose_name=_("type"))
    occurred_on = models.DateField(_("date"), default=clock.today)
    executors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("done by"))
    description = models.TextField(_("description"), max_length=4000, blank=True)
    transcript = models.TextField(_("chat record"), max_length=20000, blank=True)
    files = models.ManyToManyField("core.Document", related_name="+", verbose_name=_("files"))
    # Told by the service, so that the database can ask for a text or a file.
    has_files = models.BooleanField(default=False, editable=False)
    outcome = models.CharField(_("result"), max_length=300, blank=True)
    next_on = models.DateField(_("next contact"), null=True, blank=True)
    next_text = models.CharField(_("what is next"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded"), default=clock.now)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-occurred_on", "-pk"]
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(subject=""), name="activity_has_a_subject"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-occurred_on", "-id"], name="activity_by_customer")
        ]

    def __str__(self) -> str:
        return self.subject


class ExecutorGroup(models.Model):
    """People who are picked together as those who did something; the boss defines them (F44)."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("members"))

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("executor group")
        verbose_name_plural = _("executor groups")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(name=""), name="group_has_a_name")]

    def __str__(self) -> str:
        return self.name
