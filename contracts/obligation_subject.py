"""How processes see what a contract asks for by a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contracts.models import Obligation
from contracts.services.obligations import PROCESS, drop_with_case
from core.actors import Actor
from core.errors import Conflict
from core.models import User
from crm.selectors import customer_behind
from workflows.registry import SubjectType, Type, subject_type


@subject_type("contracts.obligation")
class ObligationSubject(SubjectType[Obligation]):
    label = ("合同义务", "Contract obligation")
    model = Obligation
    select_related = ("contract__customer", "contract__owner", "responsible")
    fields = {
        "what": ("text", "what"),
        "party": (Type("choice", choices=tuple(Obligation.Party.values)), "party"),
        "state": (Type("choice", choices=tuple(Obligation.State.values)), "state"),
        "due_on": ("date", "due_on"),
        "remind_on": ("date", lambda one: one.due_on - timedelta(days=one.remind_days)),
        "late_on": ("date", lambda one: one.due_on + timedelta(days=1)),
        "contract": ("text", "contract.no"),
        "customer": ("text", "contract.customer.name"),
        "responsible": ("text", "responsible"),
    }
    labels = {
        "remind_on": ("提醒日", "Day of the reminder"),
        "late_on": ("逾期日", "Day after it is due"),
    }

    def title(self, row: Obligation) -> str:
        return f"{row.contract.no} {row.what}"[:200]

    def summary(self, row: Obligation, language: str) -> list[tuple[str, str]]:
        with translation.override(language):
            found: list[tuple[Any, str]] = [
                (_("What has to be done"), row.what),
                (_("Who has to do it"), str(row.get_party_display())),
                (pgettext("obligation", "Due on"), f"{row.due_on:%Y-%m-%d}"),
                (_("Contract"), str(row.contract)),
                (_("Customer"), row.contract.customer.name),
                (_("In charge of it"), row.responsible.name),
            ]
            return [(str(label), value) for label, value in found]

    def department_path(self, row: Obligation) -> str:
        return row.contract.department_path

    def owner(self, row: Obligation) -> User:
        return row.responsible

    def business_key(self, row: Obligation) -> str:
        return row.contract.no or ""

    def search_text(self, row: Obligation) -> str:
        return f"{row.what} {row.contract.customer.name}"

    def url(self, row: Obligation) -> str:
        return row.get_absolute_url()

    def related_to(self, row: models.Model) -> models.QuerySet[Obligation] | None:
        """What the contracts of the same customer ask for."""
        customer = customer_behind(row)
        return None if customer is None else Obligation.objects.filter(contract__customer=customer)

    def require_startable(self, row: Obligation, definition_key: str) -> None:
        """Its case begins with its record, and what is settled has none."""
        if definition_key == PROCESS and row.state != Obligation.State.OPEN:
            raise Conflict(
                _("“%(what)s” is %(state)s already; load the page again.")
                % {"what": row.what, "state": row.get_state_display()},
                code="wrong_state",
            )

    def on_cancel(self, row: Obligation, definition_key: str, *, actor: Actor, reason: str) -> None:
        if definition_key == PROCESS:
            drop_with_case(row.pk, actor=actor, reason=reason)
