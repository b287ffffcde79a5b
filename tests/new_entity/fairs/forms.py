"""What people fill in about a fair. The service checks all of it once more."""

from core.generic.model_forms import ServiceModelForm
from core.generic.widgets import DateInput, MoneyInput
from tests.new_entity.fairs.models import Fair
from tests.new_entity.fairs.services import FAIR_FIELDS


class FairForm(ServiceModelForm):
    """Labels, choices and lengths come from the model."""

    class Meta:
        model = Fair
        fields = FAIR_FIELDS
        widgets = {"starts_on": DateInput(), "budget": MoneyInput()}

    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in FAIR_FIELDS}
