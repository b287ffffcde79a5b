"""What people are told about onboardings, and in which words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from core import clock
from core.models import User
from core.notifications import Kind, Params, People, Said, notify, register
from service.models import Onboarding, OnboardingItem

LATE = "onboarding.late"


def tell_late(onboarding: Onboarding, people: Iterable[User]) -> None:
    """The prescribed time is over, and so much is left to do."""
    left = onboarding.items.filter(state=OnboardingItem.State.TODO).count()
    notify(
        people,
        LATE,
        f"onboarding:{onboarding.pk}:late:{clock.now().isoformat()}",
        {
            "contract": str(onboarding.contract.no),
            "customer": onboarding.contract.customer.name,
            "left": left,
        },
        onboarding.get_absolute_url(),
        subject=onboarding,
    )


def _late(params: Params, people: People) -> Said:
    left = ngettext("%(left)s item left to do", "%(left)s items left to do", params["left"])
    title = _("The onboarding of %(contract)s is late") % {"contract": params["contract"]}
    return Said(title, f"{params['customer']} · {left % {'left': params['left']}}")


register(
    Kind(
        LATE,
        "alarm-clock",
        _late,
        by_mail=True,
        name=_lazy("An onboarding is late"),
    )
)
