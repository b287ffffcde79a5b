"""What we sell."""

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from contracts.filters import ProductFilter
from contracts.forms import ProductForm
from contracts.models import Product
from contracts.services import save_product
from contracts.tables import ProductTable
from core.generic import Action, DetailPage, FormPage, ListPage, Tab
from core.generic.base import Crumb
from core.generic.bulk import BulkAction

PRODUCTS = Crumb(_("Products"), reverse_lazy("contracts:product-list"))


class ProductList(ListPage):
    title = _("Products")
    permission = "contracts.view_product"
    table_class = ProductTable
    filter_class = ProductFilter
    orders = {"code": ("code", "pk"), "name": ("name", "pk"), "list_price": ("list_price", "pk")}
    order = "code"
    empty_title = _("No products yet")
    empty_text = _("A contract needs at least one product to sell.")

    def get_queryset(self):
        return Product.objects.all()

    def bulk_actions(self):
        edit = "contracts.edit_product"
        return [
            BulkAction("on_sale", _("Put on sale"), _on_sale, icon="check", permission=edit),
            BulkAction(
                "off_sale",
                _("Take off sale"),
                _off_sale,
                icon="ban",
                permission=edit,
                question=_("New contracts cannot sell them any more; those that stand are not touched."),
            ),
        ]

    def actions(self):
        url = reverse("contracts:product-create")
        importing = reverse("import-start", args=["contracts.products"])
        return [
            Action(_("New product"), url, "plus", "contracts.edit_product", style="primary"),
            Action(_("Import products"), importing, "upload", "contracts.edit_product"),
        ]


def _on_sale(actor, product, values):
    save_product(product_id=product.pk, fields={"is_active": True}, actor=actor)


def _off_sale(actor, product, values):
    save_product(product_id=product.pk, fields={"is_active": False}, actor=actor)


class ProductDetail(DetailPage):
    permission = "contracts.view_product"
    header_template = "contracts/product_header.html"

    def get_queryset(self):
        return Product.objects.all()

    def crumbs(self):
        return [PRODUCTS, Crumb(self.object.code)]

    def actions(self):
        url = reverse("contracts:product-edit", args=[self.object.pk])
        return [Action(_("Edit"), url, "pencil", "contracts.edit_product")]

    def tabs(self):
        return [Tab("overview", _("Overview"), "contracts/product_overview.html")]

    def tab_overview(self):
        return {"product": self.object}


class ProductForms(FormPage):
    """What the two forms of a product share."""

    permission = "contracts.edit_product"
    form_class = ProductForm

    def crumbs(self):
        return [PRODUCTS]

    def cancel_url(self):
        return (
            reverse("contracts:product-detail", args=[self.object.pk]) if self.object else str(PRODUCTS.url)
        )

    def save(self, form):
        product = save_product(
            fields=form.changes(), product_id=self.object.pk if self.object else None, actor=self.request.user
        )
        return reverse("contracts:product-detail", args=[product.pk])


class ProductCreate(ProductForms):
    title = _("New product")

    def initial(self):
        return {"is_active": True}


class ProductEdit(ProductForms):
    title = _("Edit product")

    def get_queryset(self):
        return Product.objects.all()
