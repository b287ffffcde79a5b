"""What we sell."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models.people import in_reader_language


class Product(models.Model):
    """A membership or service with its list price and the price below which nobody sells alone."""

    class Kind(models.TextChoices):
        MEMBERSHIP = "membership", _("Membership")
        ADVERTISEMENT = "ad", _("Advertisement")
        ARTICLE = "article", _("Promotion article")
        SERVICE = "service", _("Service")

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    unit = models.CharField(_("unit"), max_length=20)
    list_price = models.DecimalField(
        _("list price"), max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    floor_price = models.DecimalField(
        _("floor price"), max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    term_months = models.PositiveSmallIntegerField(_("term in months"), null=True, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    is_active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(list_price__gt=0), name="product_list_price_is_positive"),
            models.CheckConstraint(
                condition=Q(floor_price__gte=0, floor_price__lte=F("list_price")),
                name="product_floor_price_is_not_above_list_price",
            ),
        ]

    def __str__(self) -> str:
        """The name in the reader's language; contracts print the Chinese one."""
        return in_reader_language(self.name, self.name_en)
