"""What a company sets on its own pages, and what people choose for themselves."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class Setting(models.Model):
    """A value that differs from the one declared (core.configuration)."""

    code = models.CharField(max_length=80, unique=True)
    value = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.code


class NotificationPreference(models.Model):
    """How one person wants to hear of one kind of thing; without a row, as the kind is declared."""

    class Mail(models.TextChoices):
        NONE = "none", _("No mail")
        NOW = "now", _("At once")
        DIGEST = "digest", _("Once a day, together")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_preferences"
    )
    kind = models.CharField(max_length=40)
    in_page = models.BooleanField(default=True)
    mail = models.CharField(max_length=6, choices=Mail, default=Mail.NOW)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "kind"], name="preference_once_per_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class HomeLayout(models.Model):
    """Which cards somebody sees on their desk, in order; without a row, those of their roles."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    cards = models.JSONField(default=list)
    hidden = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.person_id)
