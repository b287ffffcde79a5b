"""Maintain what we sell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from contracts.models import Product
from core import audit
from core.actors import Actor
from core.errors import ApplicationError, Conflict, Text
from core.rights import require
from crm.services.cleaning import clean_each

PRODUCT_FIELDS = (
    "code",
    "name",
    "name_en",
    "kind",
    "unit",
    "list_price",
    "floor_price",
    "term_months",
    "description",
    "is_active",
)


@transaction.atomic
def save_product(*, fields: Mapping[str, Any], actor: Actor, product_id: int | None = None) -> Product:
    """Add a product or change one. Contracts keep the prices they were drafted with."""
    require(actor, "contracts.edit_product")
    product = Product.objects.select_for_update().get(pk=product_id) if product_id else Product()
    values, errors = clean_each(Product, fields, PRODUCT_FIELDS)
    for name, value in values.items():
        setattr(product, name, value)
    errors.update(_problems(product, errors))
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    product.save()
    audit.record(actor, "contracts.save_product", product, after=values)
    return product


@transaction.atomic
def remove_product(*, product_id: int, actor: Actor) -> None:
    """Take away a product that nothing was ever sold of, such as one that came in by mistake."""
    require(actor, "contracts.edit_product")
    product = Product.objects.select_for_update().get(pk=product_id)
    try:
        product.delete()
    except ProtectedError as error:
        raise Conflict(_("It stands in contracts."), code="product_in_use") from error
    product.pk = product_id
    audit.record(actor, "contracts.remove_product", product, before={"code": product.code})


def _problems(product: Product, known: Mapping[str, Any]) -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = {}
    for name in ("code", "name", "kind", "unit"):
        if not getattr(product, name) and name not in known:
            found[name] = [_("Enter a value.")]
    for name in ("list_price", "floor_price"):
        if getattr(product, name) is None and name not in known:
            found[name] = [_("Enter the amount.")]
    if product.list_price is not None:
        if product.list_price <= 0:
            found["list_price"] = [_("The list price is positive.")]
        elif (product.floor_price or 0) > product.list_price:
            found["floor_price"] = [_("The floor price is not above the list price.")]
    if Product.objects.filter(code=product.code).exclude(pk=product.pk).exists():
        found["code"] = [_("Another product has this code.")]
    return found
