"""What onboarding and renewal add to the contract's page: a tab each, where the contract has one."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract
from core.around.tabs import AroundTab, add_tab
from service import standing
from service.models import Onboarding, RenewalCase


def _onboardings(request: HttpRequest, contract: Contract) -> Any:
    visible = Onboarding.objects.visible_to(request.user)  # type: ignore[arg-type]
    return visible.filter(contract=contract)


def _renewals(request: HttpRequest, contract: Contract) -> Any:
    """Its own renewal, and the one that it came from."""
    visible = RenewalCase.objects.visible_to(request.user)  # type: ignore[arg-type]
    return visible.filter(contract=contract) | visible.filter(new_contract=contract)


def onboarding_tab(request: HttpRequest, contract: Contract) -> dict[str, Any]:
    return {"rows": standing.onboardings(_onboardings(request, contract))}


def renewal_tab(request: HttpRequest, contract: Contract) -> dict[str, Any]:
    return {"rows": standing.renewals(_renewals(request, contract))}


def _of_contracts(model: type[Model]) -> bool:
    return model is Contract


add_tab(
    AroundTab(
        "onboarding",
        _("Onboarding"),
        "service/onboardings_about.html",
        onboarding_tab,
        is_for=_of_contracts,
        is_shown=lambda request, contract: bool(_onboardings(request, contract).exists()),
        order=4,
    )
)
add_tab(
    AroundTab(
        "renewal",
        _("Renewal"),
        "service/renewals_about.html",
        renewal_tab,
        is_for=_of_contracts,
        is_shown=lambda request, contract: bool(_renewals(request, contract).exists()),
        order=6,
    )
)
