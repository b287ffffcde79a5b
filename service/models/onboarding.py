"""Getting a customer started after the contract took effect: what is to be done until when, and the materials."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.models import Product
from core.models.people import in_reader_language
from core.rights import ScopedQuerySet
from core.search import query_tokens


class OnboardingItemTemplate(models.Model):
    """What is to be done for each contract that sells a kind of product, or one product of it."""

    product_kind = models.CharField(_("kind of product"), max_length=12, choices=Product.Kind)
    product = models.ForeignKey(
        "contracts.Product",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only for this product"),
    )
    # A step of the process finishes the item of its code; the others are ticked off on the page.
    code = models.CharField(_("code"), max_length=30)
    title_zh = models.CharField(_("Chinese title"), max_length=60)
    title_en = models.CharField(_("English title"), max_length=60)
    role = models.CharField(_("role"), max_length=50)
    offset_days = models.PositiveSmallIntegerField(_("working days until it is due"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering: ClassVar = ["product_kind", "order", "id"]
        verbose_name = _("item of onboarding")
        verbose_name_plural = _("items of onboarding")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product_kind", "product", "code"],
                nulls_distinct=False,
                name="onboarding_template_code_once",
            ),
            models.CheckConstraint(
                condition=Q(offset_days__gte=1, offset_days__lte=250),
                name="onboarding_template_is_due_within_a_year",
            ),
        ]

    def __str__(self) -> str:
        return in_reader_language(self.title_zh, self.title_en)


class OnboardingQuerySet(ScopedQuerySet["Onboarding"]):
    """Onboardings a person may see: those of their contracts, or of all."""

    view_permission = "service.view_onboarding"
    owner_field = "contract__owner"
    department_path_field = "contract__department_path"

    def search(self, text: str) -> OnboardingQuerySet:
        """By any piece of number, title or customer of the contract."""
        pieces = query_tokens(text)
        return self.filter(contract__search_tokens__contains=pieces) if pieces else self


class Onboarding(models.Model):
    """One contract's onboarding. It is done when nothing of it is left to do, and the database knows."""

    class State(models.TextChoices):
        OPEN = "open", _("In progress")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Called off")

    contract = models.OneToOneField(
        "contracts.Contract",
        on_delete=models.PROTECT,
        related_name="onboarding",
        verbose_name=_("contract"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    due_at = models.DateTimeField(_("due"))
    opened_at = models.DateTimeField(_("opened"))
    activated_at = models.DateTimeField(_("activated"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    # Whoever waits for it has been told that it is late.
    escalated_at = models.DateTimeField(_("escalated"), null=True)
    cancel_reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = OnboardingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("onboarding")
        verbose_name_plural = _("onboardings")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False)
                | (~Q(state="done") & Q(done_at__isnull=True)),
                name="onboarding_done_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="onboarding_called_off_says_why"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], condition=Q(state="open"), name="onboarding_open_by_due")
        ]

    def __str__(self) -> str:
        return str(self.contract)

    def get_absolute_url(self) -> str:
        return reverse("service:onboarding-detail", args=[self.pk])


class OnboardingItem(models.Model):
    """One thing to do for the customer, by one role, until a working day. Skipping takes a reason and a leader."""

    class State(models.TextChoices):
        TODO = "todo", _("To do")
        DONE = "done", _("Done")
        SKIPPED = "skipped", _("Skipped")

    onboarding = models.ForeignKey(
        Onboarding, on_delete=models.CASCADE, related_name="items", verbose_name=_("onboarding")
    )
    seq = models.PositiveSmallIntegerField(_("no."))
    code = models.CharField(_("code"), max_length=30)
    title_zh = models.CharField(_("Chinese title"), max_length=60)
    title_en = models.CharField(_("English title"), max_length=60)
    role = models.CharField(_("role"), max_length=50)
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.TODO, editable=False)
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("done by"),
    )
    skip_reason = models.CharField(_("reason"), max_length=300, blank=True)
    skip_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("skipped by"),
    )

    class Meta:
        ordering: ClassVar = ["onboarding", "seq"]
        verbose_name = _("onboarding item")
        verbose_name_plural = _("onboarding items")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["onboarding", "code"], name="onboarding_item_code_once"),
            models.CheckConstraint(
                condition=Q(state="skipped", skip_by__isnull=False) & ~Q(skip_reason="")
                | (~Q(state="skipped") & Q(skip_by__isnull=True, skip_reason="")),
                name="skipped_item_has_reason_and_leader",
            ),
            models.CheckConstraint(
                condition=Q(state="todo", done_at__isnull=True)
                | (~Q(state="todo") & Q(done_at__isnull=False)),
                name="onboarding_item_done_says_when",
            ),
        ]

    def __str__(self) -> str:
        return in_reader_language(self.title_zh, self.title_en)


class Material(models.Model):
    """A file of the customer's for the shop: what is attached to the onboarding, with what it is."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photos")
        LICENCE = "licence", _("Business licence")
        PROFILE = "profile", _("Company profile")
        PRODUCT = "product", _("Products")

    onboarding = models.ForeignKey(
        Onboarding, on_delete=models.CASCADE, related_name="materials", verbose_name=_("onboarding")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PHOTO)
    attachment = models.OneToOneField(
        "core.Attachment", on_delete=models.PROTECT, related_name="+", verbose_name=_("file")
    )
    approved_at = models.DateTimeField(_("approved"), null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("approved by"),
    )

    class Meta:
        ordering: ClassVar = ["onboarding", "id"]
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="approved_material_says_by_whom",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.attachment}"
