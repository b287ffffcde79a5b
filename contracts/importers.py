"""Sheets of products: a price list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Product
from contracts.services import remove_product, save_product
from contracts.services.catalogue import PRODUCT_FIELDS
from core.imports.parsing import amount, choice, labels, line, text, whole, yes_or_no
from core.imports.registry import Found, ImportField, ImportKind, Values, register
from crm.services.cleaning import clean_each

# What a new product cannot do without; a change may name only the code and what changes.
NEEDED = ("name", "kind", "unit", "list_price", "floor_price")
_PRICE_WORDS = gettext_lazy("In yuan, with tax; at most two decimals.")


@register
class ProductImport(ImportKind):
    """A product is the same by its code."""

    code = "contracts.products"
    title = gettext_lazy("Import products")
    permission = "contracts.edit_product"
    model = Product
    list_url_name = "contracts:product-list"
    detail_url_name = "contracts:product-detail"
    notes = (
        gettext_lazy("To change prices, the code and the new prices are enough."),
        gettext_lazy("Contracts keep the prices that they were drafted with."),
    )
    fields = (
        ImportField(
            "code",
            "产品编码",
            "Product code",
            required=True,
            also=("编码", "编号", "产品编号", "货号", "code", "sku"),
            parse=line,
            example="HY-GOLD",
        ),
        ImportField(
            "name",
            "产品名称",
            "Product name",
            also=("名称", "品名", "name"),
            parse=line,
            example="金牌会员",
        ),
        ImportField(
            "name_en", "英文名称", "English name", also=("英文名",), parse=line, example="Gold member"
        ),
        ImportField(
            "kind",
            "类型",
            "Kind",
            also=("产品类型", "类别", "分类"),
            parse=choice(Product, "kind"),
            choices=labels(Product, "kind"),
            example="membership",
        ),
        ImportField("unit", "单位", "Unit", also=("计量单位",), parse=line, example="年"),
        ImportField(
            "list_price",
            "标价",
            "List price",
            also=("价格", "单价", "售价", "price"),
            parse=amount,
            example="12800.00",
            help=_PRICE_WORDS,
        ),
        ImportField(
            "floor_price",
            "底价",
            "Floor price",
            also=("最低价", "最低售价"),
            parse=amount,
            example="9800.00",
            help=_PRICE_WORDS,
        ),
        ImportField(
            "term_months", "期限（月）", "Term in months", also=("期限", "月数"), parse=whole, example="12"
        ),
        ImportField("description", "说明", "Description", also=("描述", "备注"), parse=text),
        ImportField("is_active", "在售", "On sale", also=("是否在售", "启用"), parse=yes_or_no, example="是"),
    )

    def load(self, rows: Sequence[Values]) -> None:
        codes = {values["code"] for values in rows if values.get("code")}
        self._known = {product.code: product for product in Product.objects.filter(code__in=codes)}

    def keys(self, values: Values) -> list[tuple[str, str]]:
        return [(values["code"], "code")] if values.get("code") else []

    def find(self, values: Values) -> Product | None:
        return self._known.get(values.get("code", ""))

    def title_of(self, row: Product) -> str:
        return f"{row.code} {row.name}"

    def check(self, values: Values, existing: Product | None) -> Found:
        found = Found()
        _clean, errors = clean_each(Product, values, PRODUCT_FIELDS)
        found.errors += [(name, texts[0]) for name, texts in errors.items()]
        if existing is None:
            missing = [name for name in NEEDED if values.get(name) in (None, "")]
            found.errors += [(name, _("A new product needs this.")) for name in missing]
        list_price = values.get("list_price", existing and existing.list_price)
        floor_price = values.get("floor_price", existing and existing.floor_price)
        if list_price is not None and floor_price is not None and floor_price > list_price:
            found.errors.append(("floor_price", _("The floor price is not above the list price.")))
        return found

    def create(self, values: Values) -> Product:
        return save_product(fields=values, actor=self.actor)

    def update(self, row: Product, changes: Values) -> Product:
        return save_product(fields=changes, product_id=row.pk, actor=self.actor)

    def read(self, row: Product) -> dict[str, str]:
        return {name: _told(getattr(row, name)) for name in PRODUCT_FIELDS}

    def written(self, values: Values) -> dict[str, str]:
        return {name: _told(value) for name, value in values.items()}

    def undo_create(self, row: Product) -> None:
        remove_product(product_id=row.pk, actor=self.actor)

    def undo_update(self, row: Product, before: Mapping[str, str]) -> None:
        fields: dict[str, Any] = dict(before)
        if "is_active" in fields:
            fields["is_active"] = fields["is_active"] == str(True)
        save_product(fields=fields, product_id=row.pk, actor=self.actor)


def _told(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)
