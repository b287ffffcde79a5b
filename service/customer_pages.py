"""What complaints and renewals add to the customers' pages."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm import extensions
from crm.models import Customer
from service.models import Complaint
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
