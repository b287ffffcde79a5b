"""The company's list of what onboardings consist of."""

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from core.generic import Action, FormPage, ListPage
from core.generic.base import Crumb
from service.filters import ItemTemplateFilter
from service.item_template_forms import ItemTemplateForm
from service.models import OnboardingItemTemplate
from service.services.item_templates import PERMISSION, save_item_template
from service.tables import ItemTemplateTable

ITEMS = Crumb(_("Items of onboarding"), reverse_lazy("service:item-template-list"))


class ItemTemplateList(ListPage):
    title, permission = _("Items of onboarding"), PERMISSION
    table_class, filter_class = ItemTemplateTable, ItemTemplateFilter
    orders = {
        "product_kind": ("product_kind", "order", "pk"),
        "offset_days": ("offset_days", "pk"),
        "title": ("code", "pk"),
    }
    order = "product_kind"
    empty_title = _("No items yet")
    empty_text = _("Without items an onboarding consists of the first-week call alone.")

    def get_queryset(self):
        return OnboardingItemTemplate.objects.select_related("product")

    def actions(self):
        url = reverse("service:item-template-create")
        return [Action(_("New item"), url, "plus", PERMISSION, style="primary")]


class ItemTemplateForms(FormPage):
    """What the two forms of an item share."""

    permission, form_class = PERMISSION, ItemTemplateForm

    def crumbs(self):
        return [ITEMS]

    def cancel_url(self):
        return str(ITEMS.url)

    def save(self, form):
        key = self.object.pk if self.object else None
        save_item_template(fields=form.changes(), template_id=key, actor=self.request.user)
        return str(ITEMS.url)


class ItemTemplateCreate(ItemTemplateForms):
    title = _("New item of onboarding")

    def initial(self):
        return {"is_active": True, "order": 10, "offset_days": 5}


class ItemTemplateEdit(ItemTemplateForms):
    title = _("Edit item of onboarding")

    def get_queryset(self):
        return OnboardingItemTemplate.objects.all()
