"""Who holds a contract just now, and since when: its cases as the contract's and the customer's pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import Contract
from contracts.services.effect import rule_of
from core.models import Role
from core.subjects import reference
from workflows import selectors as workflow_selectors


@dataclass(frozen=True)
class OpenStep:
    """A step that waits for somebody."""

    work_item_id: int
    name: str
    who: str
    person: object | None
    since: datetime
    due_at: datetime | None
    # What will happen if it is not done by then.
    reminders: list[workflow_selectors.Wait] = field(default_factory=list)


@dataclass(frozen=True)
class OpenWait:
    """A place that waits for something which is nobody's task, and what will happen if it does not come."""

    name: str
    since: datetime
    due_at: datetime | None
    reminders: list[workflow_selectors.Wait]


@dataclass
class CaseProgress:
    """One case about a contract; ``key`` is that of its process."""

    case_id: int
    key: str
    name: str
    status: str
    status_label: str
    is_open: bool
    started_at: datetime
    # What it is about: a contract, its customer, a complaint.
    about: Any
    steps: list[OpenStep] = field(default_factory=list)
    # What it waits for that is nobody's task: its day, its first payment.
    waits: list[OpenWait] = field(default_factory=list)

    @property
    def shown_waits(self) -> list[OpenWait]:
        """What it waits for while nobody has to do anything; a day says more than what may come before it."""
        if self.steps:
            return []
        return [one for one in self.waits if one.due_at] or self.waits


def cases_of(rows: Sequence[Any]) -> list[CaseProgress]:
    """The cases about some rows of one kind, newest first, each with its open steps."""
    by_key = {reference(one)[1]: one for one in rows}
    found = {
        case.pk: CaseProgress(
            case_id=case.pk,
            key=case.definition.key,
            name=case.definition.name,
            status=case.status,
            status_label=str(case.get_status_display()),
            is_open=case.status in case.OPEN,
            started_at=case.started_at,
            about=by_key[case.subject_id],
        )
        for case in workflow_selectors.cases_about(rows)
    }
    items = list(workflow_selectors.open_work_on(rows))
    waits = workflow_selectors.open_waits_on(rows)
    for wait in waits:
        if not wait.beside and wait.instance_id in found:
            beside = _beside(waits, wait.instance_id, wait.element)
            found[wait.instance_id].waits.append(OpenWait(wait.name, wait.since, wait.due_at, beside))
    roles = _role_names({item.role for item in items if item.assignee is None})
    for item in items:
        if item.instance_id in found:
            found[item.instance_id].steps.append(
                OpenStep(
                    work_item_id=item.pk,
                    name=item.name,
                    who=item.assignee.name if item.assignee else roles.get(item.role, item.role),
                    person=item.assignee,
                    since=item.created_at,
                    due_at=item.due_at,
                    reminders=_beside(waits, item.instance_id, item.element),
                )
            )
    return list(found.values())


def effect_words(contract: Contract) -> str:
    """When it takes effect, as pages say it: on a date names the date."""
    day = contract.effective_due_on
    if contract.effective_rule == Contract.EffectiveRule.ON_DATE and day is not None:
        return _("On %(day)s") % {"day": f"{day:%Y-%m-%d}"}
    return str(Contract.EffectiveRule(rule_of(contract)).label)


def late_words(contract: Contract) -> str:
    """What is agreed about late payment, in a line."""
    if contract.late_rule == Contract.LateRule.DAILY and contract.late_daily_rate is not None:
        words = _("%(rate)s a day") % {"rate": f"{(contract.late_daily_rate * 100).normalize():f}%"}
    elif contract.late_rule == Contract.LateRule.LPR_PLUS and contract.lpr_markup is not None:
        words = _("Loan prime rate plus %(markup)s, year of %(days)s days") % {
            "markup": f"{contract.lpr_markup.normalize():f}%",
            "days": contract.day_base,
        }
    else:
        return str(Contract.LateRule.NONE.label)
    grace = _("%(days)s days of grace") % {"days": contract.grace_days} if contract.grace_days else ""
    order = str(contract.get_allocation_order_display())
    return " · ".join(part for part in (words, grace, order) if part)


def step_names(contract: Contract) -> dict[str, str]:
    """The steps that the contract's cases went through, by their element: the diagram names them."""
    return {
        line.element: line.element_label
        for case in workflow_selectors.processes_of(contract)
        for line in workflow_selectors.history(case)
        if line.element
    }


def _beside(
    waits: Sequence[workflow_selectors.Wait], instance_id: int, element: str
) -> list[workflow_selectors.Wait]:
    """What waits at the border of a place."""
    return [one for one in waits if (one.instance_id, one.beside) == (instance_id, element)]


def _role_names(codes: set[str]) -> dict[str, str]:
    return {role.code: str(role) for role in Role.objects.filter(code__in=codes)} if codes else {}
