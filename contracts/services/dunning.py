"""催款单: what a customer owes on a day, as a list that is printed once and filed for good.

The quick way, for one customer or some: what is overdue, without a level. A run of letters that is proposed,
approved and printed is in ``proposals``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.models import DunningNotice, DunningRun, OwnCompany, PaymentPlanLine
from contracts.services.demands import PERMISSION, Demand, demands_of, printed_on
from contracts.services.letters import be_the_only_one_printing, file_letters
from core import audit, clock
from core.actors import Actor
from core.errors import ApplicationError, Conflict
from core.jobs import enqueue
from core.models import BackgroundJob, User
from core.rights import require, scope_q
from crm.models import Customer

PRINT_JOB = "contracts.print_dunning"
# So many letters are printed while the person waits: about a second.
PRINTED_AT_ONCE = 3


@dataclass(frozen=True)
class DunningPreview:
    """What would be printed for one customer, and what stands in the way."""

    demand: Demand
    printed: DunningNotice | None

    @property
    def customer(self) -> Customer:
        return self.demand.customer

    @property
    def own_company(self) -> OwnCompany:
        return self.demand.own_company

    @property
    def lines(self) -> tuple[PaymentPlanLine, ...]:
        return self.demand.lines

    @property
    def has_address(self) -> bool:
        return self.demand.has_address

    @property
    def interest(self) -> Decimal:
        return self.demand.interest

    @property
    def total(self) -> Decimal:
        return self.demand.total

    @property
    def days_overdue(self) -> int:
        return self.demand.days_overdue

    @property
    def problem(self) -> str:
        """Why this one cannot be printed now; empty if it can."""
        if self.printed:
            return _("Printed already as %(no)s.") % {"no": self.printed.no}
        if not self.has_address:
            return _("No postal address: add one on the customer's page.")
        return ""


def preview_dunning(
    *, actor: Actor, as_of: date | None = None, customer_ids: Iterable[int] | None = None
) -> list[DunningPreview]:
    """Who would get a notice, largest sum first; also those who cannot get one, and why."""
    require(actor, PERMISSION)
    return sorted(_previews(actor, _day(as_of), customer_ids), key=lambda one: (-one.total, one.customer.pk))


@transaction.atomic
def print_dunning(
    *,
    customer_ids: Sequence[int],
    actor: Actor,
    as_of: date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> DunningRun:
    """Print the notices of one or many customers: one file to print, each letter filed by itself.

    Customers who have their notice of that day already are left out; if nobody is left this is a conflict.
    ``progress`` hears how many letters of how many are laid out.
    """
    printer = _person(actor)
    require(actor, PERMISSION)
    day = _day(as_of)
    be_the_only_one_printing()

    def read() -> list[Demand]:
        found = sorted(_previews(actor, day, customer_ids), key=lambda one: one.customer.pk)
        return [one.demand for one in _printable(found)]

    run = file_letters(read, day=day, printer=printer, progress=progress or (lambda done, total: None))
    numbers = list(run.notices.order_by("pk").values_list("no", flat=True))
    audit.record(printer, "contracts.print_dunning", run, after={"as_of": day, "numbers": numbers})
    return run


@transaction.atomic
def print_dunning_later(
    *, customer_ids: Sequence[int], actor: Actor, as_of: date | None = None
) -> BackgroundJob:
    """The same by a worker, for more letters than a person wants to wait for.

    What stands in the way is said now; the job numbers, lays out and files all letters in one transaction.
    """
    printer = _person(actor)
    require(actor, PERMISSION)
    day = _day(as_of)
    todo = _printable(_previews(actor, day, customer_ids))
    keys = sorted(set(customer_ids))
    digest = hashlib.sha256(repr(keys).encode()).hexdigest()[:32]
    title = ngettext("%(count)s dunning notice of %(day)s", "%(count)s dunning notices of %(day)s", len(todo))
    return enqueue(
        PRINT_JOB,
        {"customers": keys, "as_of": day},
        key=f"dunning:{printer.pk}:{day}:{digest}",
        title=title % {"count": len(todo), "day": f"{day:%Y-%m-%d}"},
        created_by=printer,
    )


def reprint_notice(*, notice_id: int, actor: Actor) -> tuple[str, bytes]:
    """(file name, bytes) of a filed notice: exactly what was printed the first time."""
    require(actor, PERMISSION)
    notice = DunningNotice.objects.visible_to(actor).select_related("document__content").get(pk=notice_id)
    audit.record(actor, "contracts.reprint_notice", notice, after={"no": notice.no})
    return notice.document.name, notice.document.read()


def run_pdf(*, run_id: int, actor: Actor) -> tuple[str, bytes]:
    """(file name, bytes) of a run's file for the printer."""
    require(actor, PERMISSION)
    reach = DunningNotice.objects.filter(scope_q(actor, PERMISSION, **_BY_CUSTOMER))
    # The file holds every letter of the run: it is for those who may see each of them.
    hidden = DunningNotice.objects.filter(run=OuterRef("pk")).exclude(pk__in=reach.values("pk"))
    runs = DunningRun.objects.filter(~Exists(hidden)).select_related("document__content")
    run = runs.get(pk=run_id)
    return run.document.name, run.document.read()


# Inside ---------------------------------------------------------------------------------------

_BY_CUSTOMER: dict[str, Any] = {"owner": "customer__owner", "department_path": "customer__department_path"}


def _previews(actor: Actor, day: date, customer_ids: Iterable[int] | None) -> list[DunningPreview]:
    demands = demands_of(actor, day, customer_ids)
    printed = printed_on(day, [customer for customer, _company in demands])
    return [
        DunningPreview(one, printed.get((customer, company, one.kind)))
        for (customer, company), one in demands.items()
    ]


def _printable(previews: Sequence[DunningPreview]) -> list[DunningPreview]:
    if not previews:
        raise ApplicationError(
            _("Nothing is overdue here, so there is nothing to print."), code="nothing_overdue"
        )
    homeless = [one.customer.name for one in previews if not one.has_address]
    if homeless:
        raise ApplicationError(
            _("These customers have no postal address: %(names)s. Add it on their pages, or leave them out.")
            % {"names": ", ".join(homeless)},
            code="address_missing",
        )
    todo = [one for one in previews if one.printed is None]
    if not todo:
        numbers = ", ".join(one.printed.no for one in previews if one.printed)
        raise Conflict(
            _("The notices of this day are printed already: %(numbers)s. Print them again from the list.")
            % {"numbers": numbers},
            code="printed_already",
        )
    return todo


def _day(as_of: date | None) -> date:
    day = as_of or clock.today()
    if day > clock.today():
        text = _("A notice states what is overdue; its day cannot lie in the future.")
        raise ApplicationError(text, code="future_day", errors={"as_of": [text]})
    return day


def _person(actor: Actor) -> User:
    if not isinstance(actor, User):
        raise PermissionDenied("Letters are printed by people.")
    return actor
