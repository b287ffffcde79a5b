"""Members of the platform: accounts that firms registered there, and what the platform tells of them (F10 to F15)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.rights import ScopedQuerySet


class MemberAccountQuerySet(ScopedQuerySet["MemberAccount"]):
    """Accounts a person may see: those of their customers, or of all."""

    view_permission = "crm.view_member"
    owner_field = "customer__owner"
    department_path_field = "customer__department_path"

    def search(self, text: str) -> MemberAccountQuerySet:
        """By a piece of the firm's name, its number or its contact."""
        text = text.strip()
        if not text:
            return self
        return self.filter(
            Q(company__icontains=text) | Q(external_id__iexact=text) | Q(contact_name__icontains=text)
        )


class MemberAccount(models.Model):
    """One account on the platform. A firm may have several; what the platform counts never falls."""

    external_id = models.CharField(_("member no."), max_length=60, unique=True)
    customer = models.ForeignKey(
        "crm.Customer",
        on_delete=models.PROTECT,
        null=True,
        related_name="member_accounts",
        verbose_name=_("customer"),
    )
    company = models.CharField(_("company"), max_length=120, blank=True)
    contact_name = models.CharField(_("contact"), max_length=60, blank=True)
    mobile = models.CharField(_("mobile"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.CharField(_("e-mail"), max_length=120, blank=True)
    registered_at = models.DateTimeField(_("registered"), null=True)
    registered_ip = models.CharField(_("registered from"), max_length=45, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True)
    last_login_at = models.DateTimeField(_("last login"), null=True)
    login_count = models.PositiveIntegerField(_("logins"), default=0)
    # How many of each kind it has published: {"supply": 3, "blog": 1}.
    published = models.JSONField(_("published"), default=dict)
    plan = models.CharField(_("plan"), max_length=30, blank=True)
    paid_until = models.DateField(_("paid until"), null=True)
    profile_url = models.URLField(_("page on the platform"), max_length=300, blank=True)
    # Of which moment the profile is: an older event does not overwrite a newer one.
    profile_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("first heard of"), default=clock.now)

    objects = MemberAccountQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("member account")
        verbose_name_plural = _("member accounts")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(external_id=""), name="member_has_a_number")
        ]

    def __str__(self) -> str:
        return self.company or self.external_id

    def get_absolute_url(self) -> str:
        return reverse("crm:member-detail", args=[self.pk])


class MemberEvent(models.Model):
    """What the platform told, as it told it; never changed."""

    class Kind(models.TextChoices):
        APPROVED = "approved", _("Approved")
        LOGIN = "login", _("Signed in")
        PUBLISH = "publish", _("Published")
        UPGRADE_VIEW = "upgrade_view", _("Looked at paid plans")
        INQUIRY = "inquiry", _("Received an inquiry")
        MEMBERSHIP = "membership", _("Membership answered")
        METRICS = "metrics", _("Figures of a day")

    event_id = models.CharField(_("event"), max_length=80, unique=True)
    account = models.ForeignKey(
        MemberAccount, on_delete=models.PROTECT, null=True, related_name="events", verbose_name=_("account")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    at = models.DateTimeField(_("when"))
    payload = models.JSONField(default=dict)
    received_at = models.DateTimeField(_("received"), default=clock.now)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        verbose_name = _("member event")
        verbose_name_plural = _("member events")
        indexes: ClassVar = [models.Index(fields=["account", "-at"], name="member_event_by_account")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
