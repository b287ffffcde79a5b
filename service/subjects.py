"""How processes see what happens after the sale."""

from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Conflict
from core.models import User
from core.rights import users_with_role
from crm.selectors import customer_behind
from service.models import Complaint
from service.services.complaint_moves import blamed_in
from service.services.complaint_work import cost_of
from service.services.complaints import PROCESS, withdraw_from_process
from workflows.registry import SubjectType, Type, subject_type


def _handler(complaint: Complaint) -> str:
    return complaint.handler.username if complaint.handler else ""


def _director_is_blamed(complaint: Complaint) -> bool:
    """Then nobody of that role can say whether it was handled well."""
    return any(one.pk in blamed_in(complaint) for one in users_with_role("director"))


@subject_type("service.complaint")
class ComplaintSubject(SubjectType[Complaint]):
    label = ("投诉", "Complaint")
    model = Complaint
    select_related = ("customer__owner", "contract", "handler")
    fields = {
        "no": ("text", "no"),
        "customer": ("text", "customer.name"),
        "category": (Type("choice", choices=tuple(Complaint.Category.values)), "category"),
        "channel": (Type("choice", choices=tuple(Complaint.Channel.values)), "channel"),
        "severity": ("integer", "severity"),
        "state": (Type("choice", choices=tuple(Complaint.State.values)), "state"),
        "is_justified": ("boolean", lambda complaint: bool(complaint.is_justified)),
        "handler": ("text", _handler),
        "reopen_count": ("integer", "reopen_count"),
        "cost": ("decimal", cost_of),
        "director_is_blamed": ("boolean", _director_is_blamed),
    }
    labels = {
        "cost": ("处理费用", "Cost"),
        "director_is_blamed": ("投诉对象为销售总监", "The sales director is blamed"),
    }

    def title(self, row: Complaint) -> str:
        return f"{row.no} {row.customer.name}"

    def summary(self, row: Complaint, language: str) -> list[tuple[str, str]]:
        """What whoever deals with it wants to know; the case's texts stay with those who have a task in it."""
        with translation.override(language):
            found = [
                (_("Complaint no."), row.no),
                (_("Customer"), row.customer.name),
                (_("Contract"), row.contract.no or row.contract.title if row.contract else ""),
                (_("Category"), str(row.get_category_display())),
                (_("Severity"), str(row.get_severity_display())),
                (_("State"), str(row.get_state_display())),
                (_("What the customer says"), row.description),
                (_("What the customer asks for"), row.demand),
                (_("Handler"), row.handler.name if row.handler else ""),
            ]
            return [(str(label), value) for label, value in found if value]

    def department_path(self, row: Complaint) -> str:
        return row.department_path

    def owner(self, row: Complaint) -> User | None:
        return row.handler

    def business_key(self, row: Complaint) -> str:
        return row.no

    def search_text(self, row: Complaint) -> str:
        return row.customer.name

    def url(self, row: Complaint) -> str:
        return row.get_absolute_url()

    def related_to(self, row: models.Model) -> models.QuerySet[Complaint] | None:
        """The complaints of the same customer."""
        customer = customer_behind(row)
        if customer is None:
            return None
        found = Complaint.objects.filter(customer=customer)
        return found.exclude(pk=row.pk) if isinstance(row, Complaint) else found

    def require_startable(self, row: Complaint, definition_key: str) -> None:
        """A complaint's own process begins with its receipt and goes through its life once."""
        if definition_key == PROCESS and row.state != Complaint.State.REGISTERED:
            raise Conflict(
                _("Complaint %(complaint)s is %(state)s, so its process does not start again.")
                % {"complaint": row, "state": row.get_state_display()},
                code="wrong_state",
            )

    def on_cancel(self, row: Complaint, definition_key: str, *, actor: Actor, reason: str) -> None:
        if definition_key == PROCESS:
            withdraw_from_process(row.pk, actor=actor, reason=reason)
