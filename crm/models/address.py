"""Where a customer is registered, gets mail and is served documents."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.customer import Customer


class CustomerAddress(models.Model):
    """An address for one purpose; of each kind one is the default. A letter needs a postal one."""

    class Kind(models.TextChoices):
        REGISTERED = "registered", _("Registered address")
        POSTAL = "postal", _("Postal address")
        SERVICE = "service", _("Address for service of documents")

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="addresses", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    address = models.CharField(_("address"), max_length=200)
    addressee = models.CharField(_("addressee"), max_length=60, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    postcode = models.CharField(_("postcode"), max_length=6, blank=True)
    is_default = models.BooleanField(_("default"), default=True)

    class Meta:
        ordering: ClassVar = ["kind", "-is_default", "pk"]
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(address=""), name="address_is_not_empty"),
            models.UniqueConstraint(
                fields=["customer", "kind"],
                condition=Q(is_default=True),
                name="customer_has_one_default_address_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.address
