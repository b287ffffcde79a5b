"""Numbering, laying out and filing letters: gapless, each once, with the balances of the very moment.

A run takes seconds to minutes, and payments shall not wait for it. So the letters are laid out as the balances
are read, and only then are the contracts locked and read again: if money came in the meantime, all of it is
undone, numbers too, and laid out once more with the contracts locked from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from contracts.models import (
    CollectionLevel,
    DunningKind,
    DunningNotice,
    DunningNoticeLine,
    DunningRun,
    PromiseToPay,
)
from contracts.money import ZERO
from contracts.services.collection import lock_contracts
from contracts.services.demands import Demand
from contracts.services.letter_papers import Background, lay_out
from core import clock
from core.documents import store_document
from core.errors import Conflict
from core.models import Document, User
from core.numbers import next_number
from core.pdf import documents as paper

PDF = "application/pdf"
# How long a second printing waits for the first before it hears so.
WAIT_SECONDS = 10

Progress = Callable[[int, int], None]
Read = Callable[[], Sequence[Demand]]


def file_letters(read: Read, *, day: date, printer: User, progress: Progress) -> DunningRun:
    """Print what ``read`` gives: it is asked again with the contracts locked, and what it says then is printed."""
    todo = list(read())
    try:
        with transaction.atomic():
            papers = _lay_out(todo, day, printer, progress)
            _lock(todo)
            if _figures(read()) != _figures(todo):
                raise _ChangedError
            return _enter(papers, day, printer)
    except _ChangedError:
        _lock(todo)
        return _enter(_lay_out(list(read()), day, printer, progress), day, printer)


def be_the_only_one_printing() -> None:
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


@dataclass(frozen=True)
class _Papers:
    """The letters as they lie on the desk, and the file of them all."""

    letters: Sequence[tuple[Demand, str, Document]]
    merged: Document


class _ChangedError(Exception):
    """Money came in while the letters were laid out."""


def _lock(todo: Sequence[Demand]) -> None:
    lock_contracts([one.customer.pk for one in todo])


def _figures(todo: Sequence[Demand]) -> list[Any]:
    return [(one.customer.pk, one.own_company.pk, one.level, one.figures) for one in todo]


def _lay_out(todo: Sequence[Demand], day: date, printer: User, progress: Progress) -> _Papers:
    """Number, lay out and file the letters, then the file that goes to the printer."""
    names = {one.kind for one in todo}
    title = "催款函" if names == {DunningKind.LETTER} else "催款单"
    letters = paper.LetterRun(title=f"{title} {day:%Y-%m-%d}")
    backgrounds = _backgrounds(todo)
    filed: list[tuple[Demand, str, Document]] = []
    for done, demand in enumerate(todo):
        progress(done, len(todo))
        number = next_number("dunning", on=clock.today())
        content = letters.add(lay_out(demand, number, day, backgrounds[demand.customer.pk]))
        document = store_document(
            content=content,
            name=f"{number}.pdf",
            media_type=PDF,
            kind="dunning_letter" if demand.kind == DunningKind.LETTER else "dunning_notice",
            subject=demand.customer,
            actor=printer,
        )
        filed.append((demand, number, document))
    merged = store_document(
        content=letters.finish(),
        name=f"{title}-{day:%Y-%m-%d}-{filed[0][1]}.pdf",
        media_type=PDF,
        kind="dunning_run",
        actor=printer,
    )
    return _Papers(filed, merged)


def _enter(papers: _Papers, day: date, printer: User) -> DunningRun:
    """The rows that say what was printed."""
    filed = papers.letters
    run = DunningRun.objects.create(
        as_of=day,
        document=papers.merged,
        notice_count=len(filed),
        total=sum((demand.total for demand, _number, _document in filed), ZERO),
        created_by=printer,
        created_at=clock.now(),
    )
    notices = DunningNotice.objects.bulk_create(
        DunningNotice(
            run=run,
            printed_by=printer,
            printed_at=run.created_at,
            as_of=day,
            no=number,
            document=document,
            **_values(demand),
        )
        for demand, number, document in filed
    )
    _note_demands(zip((demand for demand, _number, _document in filed), notices, strict=True))
    return run


def _values(demand: Demand) -> dict[str, Any]:
    return {
        "customer": demand.customer,
        "own_company": demand.own_company,
        "kind": demand.kind,
        "level": demand.level,
        "principal_total": demand.principal,
        "interest_total": demand.interest,
        "total": demand.total,
        "lines": [
            {
                "plan_line": line.pk,
                "contract": line.contract.no,
                "seq": line.seq,
                "due_on": line.due_on,
                "amount": line.binding,
                "paid": line.binding - claim.principal,
                "outstanding": claim.principal,
                "interest": claim.interest,
                "days_overdue": line.days_overdue,
            }
            for line, claim in zip(demand.lines, demand.claims, strict=True)
        ],
    }


def _note_demands(printed: Iterable[tuple[Demand, DunningNotice]]) -> None:
    """Each instalment was asked for at its level, and the level names its letter."""
    for demand, notice in printed:
        if not demand.level:
            continue
        keys = [line.pk for line in demand.lines]
        DunningNoticeLine.objects.bulk_create(
            DunningNoticeLine(
                notice=notice,
                plan_line=line,
                level=demand.level,
                principal=claim.principal,
                interest=claim.interest,
            )
            for line, claim in zip(demand.lines, demand.claims, strict=True)
        )
        CollectionLevel.objects.filter(plan_line__in=keys, level=demand.level, notice__isnull=True).update(
            notice=notice
        )


def _backgrounds(todo: Sequence[Demand]) -> dict[int, Background]:
    keys = [one.customer.pk for one in todo]
    open_lines = {line.pk for one in todo for line in one.lines}
    earlier: dict[int, list[DunningNotice]] = {}
    for notice in DunningNotice.objects.filter(customer__in=keys).order_by("pk"):
        # A letter about something that was paid long ago says nothing about this debt.
        if any(line["plan_line"] in open_lines for line in notice.lines):
            earlier.setdefault(notice.customer_id, []).append(notice)
    broken = {
        one.customer_id: one
        for one in PromiseToPay.objects.filter(
            customer__in=keys, state__in=[PromiseToPay.State.BROKEN, PromiseToPay.State.KEPT]
        ).order_by("pk")
    }
    return {
        key: Background(
            earlier.get(key, ()),
            last if (last := broken.get(key)) and last.state == PromiseToPay.State.BROKEN else None,
        )
        for key in keys
    }
