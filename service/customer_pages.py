"""What onboardings, renewals and complaints add to the customers' pages."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm import extensions
from crm.models import Customer
from service import standing
from service.models import Complaint, Onboarding, RenewalCase
from service.tables import ComplaintTable

# A customer's page is no list: who has more than this looks at the list of complaints.
MOST_ROWS = 100


def _complaints(request: HttpRequest, customer: Customer) -> Any:
    visible = Complaint.objects.visible_to(request.user)  # type: ignore[arg-type]
    return visible.filter(customer=customer)


def complaint_tab(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    rows = _complaints(request, customer).select_related("customer", "handler").order_by("-pk")[:MOST_ROWS]
    return {"customer": customer, "table": ComplaintTable(rows, exclude=("customer",), request=request)}


def count_complaints(request: HttpRequest, customer: Customer) -> int:
    return int(_complaints(request, customer).count())


def _onboardings(request: HttpRequest, customer: Customer) -> Any:
    visible = Onboarding.objects.visible_to(request.user)  # type: ignore[arg-type]
    return visible.filter(contract__customer=customer)


def onboarding_tab(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    return {"rows": standing.onboardings(_onboardings(request, customer))}


def count_onboardings(request: HttpRequest, customer: Customer) -> int:
    return int(_onboardings(request, customer).count())


def _renewals(request: HttpRequest, customer: Customer) -> Any:
    visible = RenewalCase.objects.visible_to(request.user)  # type: ignore[arg-type]
    return visible.filter(customer=customer)


def renewal_tab(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    return {"rows": standing.renewals(_renewals(request, customer))}


def count_renewals(request: HttpRequest, customer: Customer) -> int:
    return int(_renewals(request, customer).count())


extensions.add_tab(
    extensions.CustomerTab(
        "onboardings",
        _("Onboardings"),
        "service/onboardings_about.html",
        onboarding_tab,
        permission="service.view_onboarding",
        count=count_onboardings,
        order=41,
    )
)
extensions.add_tab(
    extensions.CustomerTab(
        "renewals",
        _("Renewals"),
        "service/renewals_about.html",
        renewal_tab,
        permission="service.view_renewal",
        count=count_renewals,
        order=43,
    )
)
extensions.add_tab(
    extensions.CustomerTab(
        "complaints",
        _("Complaints"),
        "service/customer_complaints.html",
        complaint_tab,
        permission="service.view_complaint",
        count=count_complaints,
        order=45,
    )
)
extensions.add_action(
    extensions.CustomerAction(
        _("Register a complaint"),
        "megaphone",
        lambda customer: f"{reverse('service:complaint-create')}?customer={customer.pk}",
        permission="service.receive_complaint",
    )
)
