"""What people are told about what happens after the sale, and in which words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core import clock
from core.models import User
from core.notifications import Kind, Params, People, Said, notify, register
from service.models import Complaint

RESPONSE, SOLUTION = "response", "solution"


def complaint_late(complaint: Complaint, what: str, people: Iterable[User]) -> None:
    """Tell people that a complaint's deadline has passed: its number and customer, never what it says."""
    notify(
        people,
        "complaint.late",
        f"complaint:{complaint.pk}:{what}:{clock.now().isoformat()}",
        {"complaint": complaint.no, "customer": complaint.customer.name, "what": what},
        complaint.get_absolute_url(),
        subject=complaint,
    )


def _late(params: Params, people: People) -> Said:
    if params["what"] == RESPONSE:
        title = _("Complaint %(complaint)s has had no first response in time")
    else:
        title = _("Complaint %(complaint)s is not solved in time")
    return Said(title % {"complaint": params["complaint"]}, params["customer"])


register(
    Kind(
        "complaint.late",
        "triangle-alert",
        _late,
        by_mail=True,
        name=_lazy("A complaint has passed its deadline"),
    )
)
