"""催款单: what a customer owes on a day, as a letter that is printed once and filed for good."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from psycopg.errors import LockNotAvailable

from contracts.models import Contract, DunningNotice, DunningRun, OwnCompany, PaymentPlanLine
from contracts.money import ZERO
from contracts.selectors import overdue_instalments
from contracts.settings_kinds import PAY_WITHIN_DAYS
from core import audit, clock
from core.actors import Actor
from core.configuration import value
from core.documents import store_document
from core.errors import ApplicationError, Conflict
from core.jobs import enqueue
from core.models import BackgroundJob, User
from core.numbers import next_number
from core.pdf import documents as paper
from core.rights import require, scope_q
from crm.models import Customer
from crm.selectors import postal_address

PDF = "application/pdf"
PERMISSION = "contracts.print_dunning"
PRINT_JOB = "contracts.print_dunning"
# So many letters are printed while the person waits: about a second.
PRINTED_AT_ONCE = 3
# How long a second printing waits for the first before it hears so.
WAIT_SECONDS = 10


@dataclass(frozen=True)
class DunningPreview:
    """What would be printed for one customer, and what stands in the way."""

    customer: Customer
    own_company: OwnCompany
    lines: tuple[PaymentPlanLine, ...]
    has_address: bool
    printed: DunningNotice | None

    @property
    def total(self) -> Decimal:
        return sum((line.outstanding for line in self.lines), ZERO)

    @property
    def days_overdue(self) -> int:
        """Of the oldest instalment."""
        return max(line.days_overdue for line in self.lines)

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
    _be_the_only_one_printing()
    previews = sorted(_previews(actor, day, customer_ids), key=lambda one: one.customer.pk)
    todo = _printable(previews)
    return _print(todo, day, printer, progress or (lambda done, total: None))


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
    reach = scope_q(actor, PERMISSION, owner="contract__owner", department_path="contract__department_path")
    lines = overdue_instalments(actor, day).filter(reach)
    if customer_ids is not None:
        lines = lines.filter(contract__customer__in=list(customer_ids))
    lines = lines.select_related("contract__customer", "contract__own_company")
    groups: dict[tuple[int, int], list[PaymentPlanLine]] = {}
    for line in lines:
        groups.setdefault((line.contract.customer_id, line.contract.own_company_id), []).append(line)
    customers = Customer.objects.prefetch_related("addresses", "contacts").in_bulk([key[0] for key in groups])
    printed = {
        (notice.customer_id, notice.own_company_id): notice
        for notice in DunningNotice.objects.filter(as_of=day, customer__in=customers)
    }
    return [
        DunningPreview(
            customer=customers[customer_id],
            own_company=found[0].contract.own_company,
            lines=tuple(found),
            has_address=postal_address(customers[customer_id]) is not None,
            printed=printed.get((customer_id, company_id)),
        )
        for (customer_id, company_id), found in groups.items()
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


def _be_the_only_one_printing() -> None:
    """Whoever comes second waits here, and then sees the notices of the first.

    Not the customers are locked, who can be worked on meanwhile: a large run takes minutes.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            before = cursor.fetchone()
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{WAIT_SECONDS}s"])
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('contracts.print_dunning', 0))")
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", before)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        text = _("Somebody is printing notices at this moment. Try again when they are done.")
        raise Conflict(text, code="busy") from error


def _print(
    todo: Sequence[DunningPreview], day: date, printer: User, progress: Callable[[int, int], None]
) -> DunningRun:
    """Number, lay out and file the letters, then the file that goes to the printer."""
    letters = paper.LetterRun(title=f"催款单 {day:%Y-%m-%d}")
    filed: list[dict[str, Any]] = []
    for done, preview in enumerate(todo):
        progress(done, len(todo))
        number = next_number("dunning", on=clock.today())
        content = letters.add(paper.lay_out_dunning_notice(_letter(preview, number, day)))
        document = store_document(
            content=content,
            name=f"{number}.pdf",
            media_type=PDF,
            kind="dunning_notice",
            subject=preview.customer,
            actor=printer,
        )
        filed.append(_notice_values(preview, number, day, document))
    merged = store_document(
        content=letters.finish(),
        name=f"催款单-{day:%Y-%m-%d}-{filed[0]['no']}.pdf",
        media_type=PDF,
        kind="dunning_run",
        actor=printer,
    )
    now = clock.now()
    run = DunningRun.objects.create(
        as_of=day,
        document=merged,
        notice_count=len(filed),
        total=sum((one["total"] for one in filed), ZERO),
        created_by=printer,
        created_at=now,
    )
    DunningNotice.objects.bulk_create(
        DunningNotice(run=run, printed_by=printer, printed_at=now, **values) for values in filed
    )
    audit.record(
        printer, "contracts.print_dunning", run, after={"as_of": day, "numbers": [one["no"] for one in filed]}
    )
    return run


def _notice_values(preview: DunningPreview, number: str, day: date, document: Any) -> dict[str, Any]:
    return {
        "no": number,
        "customer": preview.customer,
        "own_company": preview.own_company,
        "as_of": day,
        "document": document,
        "principal_total": preview.total,
        "interest_total": ZERO,
        "total": preview.total,
        "lines": [
            {
                "plan_line": line.pk,
                "contract": line.contract.no,
                "seq": line.seq,
                "due_on": line.due_on,
                "amount": line.amount,
                "paid": line.paid,
                "outstanding": line.outstanding,
                "days_overdue": line.days_overdue,
            }
            for line in preview.lines
        ],
    }


def _letter(preview: DunningPreview, number: str, day: date) -> paper.DunningNotice:
    company, customer = preview.own_company, preview.customer
    address = postal_address(customer)
    account = company.accounts.filter(is_default=True, is_active=True).first()
    if address is None or account is None:
        raise ApplicationError(_("Our company has no receiving account."), code="own_company_missing")
    return paper.DunningNotice(
        number=number,
        sender=paper.Letterhead(
            name=company.name,
            address=company.address,
            postcode=company.postcode,
            phone=company.phone,
            website=company.website,
            line=company.letterhead,
            logo=company.logo.read() if company.logo else b"",
        ),
        customer_name=customer.name,
        address=paper.PostalAddress(
            address=address.address,
            addressee=address.addressee,
            postcode=address.postcode,
            phone=address.phone,
        ),
        issued_on=clock.today(),
        as_of=day,
        pay_by=clock.today() + timedelta(days=value(PAY_WITHIN_DAYS)),
        contracts=tuple(_reference(one) for one in _contracts_of(preview)),
        lines=tuple(
            paper.DunningLine(
                instalment=f"第{line.seq}期",
                contract_number=line.contract.no or "",
                due_on=line.due_on,
                due=line.amount,
                paid=line.paid,
            )
            for line in preview.lines
        ),
        account=paper.PayeeAccount(holder=account.holder, bank=account.bank_name, number=account.number),
        contact_name=company.finance_contact or company.legal_representative,
        contact_phone=company.finance_phone or company.phone,
    )


def _contracts_of(preview: DunningPreview) -> list[Contract]:
    return list({line.contract_id: line.contract for line in preview.lines}.values())


def _reference(contract: Contract) -> paper.ContractReference:
    return paper.ContractReference(
        number=contract.no or "", name=contract.title, signed_on=contract.signed_on
    )


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
