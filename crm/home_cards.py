"""The desk: customers entered today."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.generic.arrivals import moments_of
from core.home import Figure, register_figure
from core.models import User
from crm.models import Customer


def _entered_today(person: User) -> int:
    first, behind = moments_of(clock.today(), clock.today())
    return Customer.objects.visible_to(person).filter(created_at__gte=first, created_at__lt=behind).count()


def _list(person: User) -> str:
    today = clock.today()
    return f"{reverse('crm:customer-list')}?created_from={today}&created_to={today}"


register_figure(
    Figure(
        "new-customers", _("New customers"), _entered_today, _list, permission="crm.view_customer", order=20
    )
)
