"""The form of an item of onboarding."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from core.generic.model_forms import ServiceModelForm
from core.models import Role
from service.models import OnboardingItemTemplate
from service.services.item_templates import FIELDS, FIXED


class ItemTemplateForm(ServiceModelForm):
    """What is to be done by whom within which time; its code and kind of product are chosen once."""

    role = forms.ChoiceField(label=_("Role"))

    class Meta:
        model = OnboardingItemTemplate
        fields = FIELDS
        help_texts = {
            "code": _(
                "Small letters, digits and underscores. The codes of the process's steps are done by them."
            ),
            "product": _("Empty for every product of the kind."),
            "offset_days": _("Counted from the day on which the contract takes effect."),
            "order": _("Smaller numbers stand first among items of the same time."),
            "is_active": _("Onboardings that have begun keep their items."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role, product = cast(Any, self.fields["role"]), cast(Any, self.fields["product"])
        role.choices = [(one.code, str(one)) for one in Role.objects.order_by("pk")]
        product.empty_label = _("Every product of the kind")
        if self.instance.pk:
            for name in FIXED:
                del self.fields[name]

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.fields}
