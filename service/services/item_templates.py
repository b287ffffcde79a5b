"""What an onboarding consists of: the company's own list by kind of product and by product."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor
from core.errors import ApplicationError, Text
from core.models import Role
from core.rights import require
from crm.services.cleaning import clean_each
from service.models import OnboardingItemTemplate

PERMISSION = "service.manage_onboarding"
# What an item is called by never changes: onboardings and diagrams name it.
FIXED = ("code", "product_kind")
FIELDS = (*FIXED, "product", "title_zh", "title_en", "role", "offset_days", "order", "is_active")
_CODE = re.compile(r"[a-z][a-z0-9_]{1,29}")
LONGEST = 250


@transaction.atomic
def save_item_template(
    *, fields: Mapping[str, Any], actor: Actor, template_id: int | None = None
) -> OnboardingItemTemplate:
    """Add an item or change one. Onboardings that have begun keep the items that they began with."""
    require(actor, PERMISSION)
    rows = OnboardingItemTemplate.objects.select_for_update(of=("self",), no_key=True)
    template = rows.get(pk=template_id) if template_id else OnboardingItemTemplate()
    # Named by its row or its key.
    given = {name: getattr(value, "pk", value) for name, value in fields.items()}
    values, errors = clean_each(OnboardingItemTemplate, given, FIELDS)
    for name in FIXED:
        if template.pk and name in values and values[name] != getattr(template, name):
            errors[name] = [
                _("An item keeps its code and kind of product. Take it out of use and add another.")
            ]
    for name, value in values.items():
        setattr(template, "product_id" if name == "product" else name, value)
    errors.update(_problems(template, errors))
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    template.save()
    audit.record(actor, "service.save_item_template", template, after=values)
    return template


def _problems(template: OnboardingItemTemplate, known: Mapping[str, Any]) -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = {}
    for name in ("code", "product_kind", "title_zh", "title_en", "role"):
        if not getattr(template, name) and name not in known:
            found[name] = [_("Enter a value.")]
    if template.code and not _CODE.fullmatch(template.code):
        found["code"] = [_("Small letters, digits and underscores, beginning with a letter: place_ad.")]
    if template.role and not Role.objects.filter(code=template.role).exists():
        found["role"] = [_("There is no such role.")]
    if not 1 <= (template.offset_days or 0) <= LONGEST and "offset_days" not in known:
        found["offset_days"] = [_("Enter a number of working days from 1 to 250.")]
    product = template.product
    if product is not None and product.kind != template.product_kind:
        found["product"] = [_("This product is of another kind.")]
    same = OnboardingItemTemplate.objects.filter(
        product_kind=template.product_kind, product=template.product_id, code=template.code
    )
    if same.exclude(pk=template.pk).exists():
        found["code"] = [_("This kind of product has an item with this code already.")]
    return found
