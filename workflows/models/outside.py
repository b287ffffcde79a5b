"""Systems outside that diagrams may call: where they are, and how we prove who we are."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models.people import in_reader_language
from core.rights import ScopedQuerySet

CODE = r"^[a-z][a-z0-9_-]*$"


class OutsideServiceQuerySet(ScopedQuerySet["OutsideService"]):
    view_permission = "workflows.manage_outside_services"
    owner_field = "created_by"
    department_path_field = None


class OutsideService(models.Model):
    """A system that ``workflows.call_service`` calls. Each definition is granted each of them by itself."""

    code = models.CharField(_("code"), max_length=50)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    base_url = models.CharField(_("address"), max_length=1000)
    # How we prove who we are: a header and what stands in it, encrypted (core.webhooks.secrets).
    header_name = models.CharField(_("header"), max_length=60, blank=True)
    secret = models.TextField(blank=True)
    timeout = models.PositiveSmallIntegerField(_("seconds to wait"), default=10)
    rate_per_minute = models.PositiveIntegerField(_("calls a minute"), null=True)
    # Set by system administrators alone: the answers of machines inside become data of cases.
    allow_private = models.BooleanField(_("may lie in a private network"), default=False)
    # Calls of one that is off wait until it is on again.
    is_active = models.BooleanField(_("active"), default=True)
    revision = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"))

    objects = OutsideServiceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("external system")
        verbose_name_plural = _("external systems")
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=["code"], name="outside_service_code_once"),
            models.CheckConstraint(condition=Q(code__regex=CODE), name="outside_service_code_is_plain"),
            models.CheckConstraint(
                condition=Q(header_name="", secret="") | (~Q(header_name="") & ~Q(secret="")),
                name="outside_service_header_has_a_secret",
            ),
            models.CheckConstraint(
                condition=Q(timeout__gte=1, timeout__lte=60), name="outside_service_waits_a_minute_at_most"
            ),
            models.CheckConstraint(
                condition=Q(rate_per_minute__isnull=True)
                | Q(rate_per_minute__gte=1, rate_per_minute__lte=1000),
                name="outside_service_rate_is_possible",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("workflows:outside-service", args=[self.pk])

    @property
    def name(self) -> str:
        return in_reader_language(self.name_zh, self.name_en)
