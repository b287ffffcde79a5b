"""The people to talk to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from crm.models.customer import Customer


class Contact(models.Model):
    """Somebody at a customer. A customer has at most one primary contact."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("customer")
    )
    name = models.CharField(_("name"), max_length=60)
    title = models.CharField(_("job title"), max_length=60, blank=True)
    mobile = models.CharField(_("mobile"), max_length=20, blank=True, db_index=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True, db_index=True)
    fax = models.CharField(_("fax"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True)
    qq = models.CharField("QQ", max_length=20, blank=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    is_primary = models.BooleanField(_("primary contact"), default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering: ClassVar = ["-is_primary", "pk"]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="contact_has_a_name"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_primary=True), name="customer_has_one_primary_contact"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def best_number(self) -> str:
        return self.mobile or self.phone
