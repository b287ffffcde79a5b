"""The desk: terms that end soon, and what of them was renewed."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.home import Figure, register_figure
from core.models import User
from service.models import RenewalCase


def _open(person: User) -> int:
    return RenewalCase.objects.visible_to(person).open().count()


register_figure(
    Figure(
        "renewals-open",
        _("Renewals under way"),
        _open,
        lambda person: f"{reverse('service:renewal-list')}?stage=open",
        permission="service.view_renewal",
        order=60,
    )
)
