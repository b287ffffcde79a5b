"""The three jobs of an import: check every row, write the good ones, take them back.

Each goes in batches, a transaction for each, under the fence of its job: a worker that dies loses its batch and
no more, and one that was thought dead changes nothing. What a row became stands in the same transaction as the
row of the house, so nothing is written twice or forgotten.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, clock
from core.errors import ApplicationError, Conflict, Text
from core.imports import judging, reading
from core.imports.cells import Row
from core.imports.judging import Judge, parse
from core.imports.registry import ImportKind, Problem, kind_for
from core.imports.services import CHECK, UNDO, WRITE
from core.imports.storing import store
from core.jobs import GiveUp, JobRun, handler, leases
from core.jobs.registry import SLOW
from core.models import BackgroundJob, ImportRow, ImportRun, User

logger = logging.getLogger(__name__)

Status = ImportRun.Status
RowStatus = ImportRow.Status
CHECKED_AT_ONCE = 500
# Small: whoever enters a customer meanwhile waits for the number until this batch is in.
WRITTEN_AT_ONCE = 50
WRITTEN = (RowStatus.CREATED, RowStatus.UPDATED)


@handler(CHECK, name=gettext_lazy("Check of an import"), queue=SLOW)
def check(job: JobRun) -> None:
    """Every row judged and kept; none written."""
    run, kind = _begun(job, Status.CHECKING)
    if run is None:
        return
    try:
        sheet = reading.read(
            bytes(run.content.content), sheet=run.sheet, beat=lambda rows: job.progress(rows)
        )
        rows = [row for row in sheet.rows if row.number > run.heading_row]
        if not rows:
            raise reading.refusal(_("Below the headings there is no row."), "no_rows")
    except ApplicationError as refusal:
        with _fenced(job):
            _end(run, Status.FAILED, failure=str(refusal)[:500])
        return
    with _fenced(job):
        run.rows.all().delete()
    judge = Judge(kind, run.options.get("existing", judging.SKIP))
    parsed = [(row, *parse(kind, run.mapping, row)) for row in rows]
    for _row, values, _errors in parsed:
        kind.announce(values)
    bad = 0
    for start in range(0, len(parsed), CHECKED_AT_ONCE):
        batch = parsed[start : start + CHECKED_AT_ONCE]
        kind.load([values for _row, values, _errors in batch])
        kept = []
        for row, values, errors in batch:
            verdict = judge.first_look(row, values, errors)
            line = ImportRow(run=run, number=row.number, values=list(row.cells))
            verdict.put_into(line)
            bad += line.status == RowStatus.BAD
            kept.append(line)
        with _fenced(job):
            ImportRow.objects.bulk_create(kept)
        job.progress(start + len(batch), len(parsed))
    with _fenced(job):
        run.rows_total, run.rows_bad, run.notes = len(parsed), bad, sheet.notes
        run.save(update_fields=["rows_total", "rows_bad", "notes"])
        _end(run, Status.CHECKED)


@handler(WRITE, name=gettext_lazy("Import"), queue=SLOW)
def write(job: JobRun) -> None:
    """The rows that the check found right, each exactly once however often a worker dies over it."""
    run, kind = _begun(job, Status.RUNNING)
    if run is None:
        return
    judge = Judge(kind, run.options.get("existing", judging.SKIP))
    _announce(run, kind)
    total = run.rows.filter(status__in=[RowStatus.READY, *WRITTEN]).count()
    done = run.rows.filter(status__in=WRITTEN).count()
    while True:
        with _fenced(job):
            rows = list(
                run.rows.filter(status=RowStatus.READY)
                .order_by("number")
                .select_for_update()[:WRITTEN_AT_ONCE]
            )
            _write_batch(run, kind, judge, rows)
            done += len(rows)
        job.progress(min(done, total), total)
        if len(rows) < WRITTEN_AT_ONCE:
            break
    _finish(job, run, kind)
    with _fenced(job):
        run.refresh_from_db(fields=["rows_bad", "rows_done"])
        _end(run, Status.DONE)
        audit.record(
            kind.actor,
            "core.import_rows",
            run,
            after={"kind": run.kind, "file": run.file_name, "rows": run.rows_done, "refused": run.rows_bad},
        )


@handler(UNDO, name=gettext_lazy("Undoing an import"), queue=SLOW)
def undo(job: JobRun) -> None:
    """The newest rows first: what later ones lean on goes last."""
    run, kind = _begun(job, Status.UNDOING)
    if run is None:
        return
    total = run.rows.filter(status__in=WRITTEN, undo_refusal="").count()
    done = 0
    while True:
        with _fenced(job):
            rows = list(
                run.rows.filter(status__in=WRITTEN, undo_refusal="")
                .order_by("-number")
                .select_for_update()[:WRITTEN_AT_ONCE]
            )
            subjects = kind.model._default_manager.in_bulk([row.subject_id for row in rows])
            for row in rows:
                _undo_row(kind, row, subjects.get(int(row.subject_id)))
            store(rows)
            undone = sum(row.status == RowStatus.UNDONE for row in rows)
            ImportRun.objects.filter(pk=run.pk).update(rows_done=F("rows_done") - undone)
            done += len(rows)
        job.progress(min(done, total), total)
        if len(rows) < WRITTEN_AT_ONCE:
            break
    with _fenced(job):
        left = run.rows.filter(status__in=WRITTEN).exists()
        _end(run, Status.DONE if left else Status.UNDONE)


def _announce(run: ImportRun, kind: ImportKind) -> None:
    """Rows that others name, told as at the check."""
    if type(kind).announce is ImportKind.announce:
        return
    for row in run.rows.exclude(status=RowStatus.BAD).iterator(chunk_size=CHECKED_AT_ONCE):
        values, _errors = parse(kind, run.mapping, Row(row.number, tuple(row.values)))
        kind.announce(values)


# Of one row -----------------------------------------------------------------------------------------


def _write_batch(run: ImportRun, kind: ImportKind, judge: Judge, rows: Sequence[ImportRow]) -> None:
    parsed = [(row, *parse(kind, run.mapping, Row(row.number, tuple(row.values)))) for row in rows]
    kind.load([values for _row, values, _errors in parsed])
    for row, values, errors in parsed:
        verdict = judge.judge(values, errors)
        verdict.put_into(row)
        if verdict.status != RowStatus.READY:
            continue
        subject, problems = _saved(kind, verdict)
        if problems:
            row.status, row.errors, row.differences = RowStatus.BAD, judging.told(problems), []
            continue
        row.status = RowStatus.CREATED if verdict.existing is None else RowStatus.UPDATED
        row.subject_type, row.subject_id = kind.model._meta.label_lower, str(subject.pk)
        row.revision_after = getattr(subject, "revision", None)
        row.before = {
            "before": {one["field"]: one["old"] for one in verdict.differences},
            "after": kind.read(subject),
        }
    store(rows)
    ImportRun.objects.filter(pk=run.pk).update(
        rows_bad=F("rows_bad") + sum(row.status == RowStatus.BAD for row in rows),
        rows_done=F("rows_done") + sum(row.status in WRITTEN for row in rows),
    )


def _saved(kind: ImportKind, verdict: judging.Verdict) -> tuple[Any, list[Problem]]:
    """The row of the house, or why there is none; the refused row leaves nothing behind."""
    try:
        with transaction.atomic():
            if verdict.existing is None:
                return kind.create(verdict.values), []
            return kind.update(verdict.existing, verdict.changes), []
    except ApplicationError as refusal:
        named = [(name, text) for name, texts in refusal.errors.items() for text in texts]
        return None, named or [("", str(refusal))]
    except (PermissionDenied, ObjectDoesNotExist):
        return None, [("", _("You may not write this row."))]
    except ValidationError as error:
        return None, [("", " ".join(error.messages))]
    except (IntegrityError, DataError) as error:
        logger.warning("A row of an import was refused by the database: %s", type(error).__name__)
        return None, [("", _("The database refuses this row: look for a value that stands there already."))]


def _undo_row(kind: ImportKind, row: ImportRow, subject: Any) -> None:
    refusal: Text = ""
    if subject is None:
        # Somebody removed it by hand: nothing is left to take back.
        row.status = RowStatus.UNDONE
        return
    try:
        with transaction.atomic():
            _require_untouched(kind, row, subject)
            if row.status == RowStatus.CREATED:
                kind.undo_create(subject)
            else:
                kind.undo_update(subject, row.before.get("before", {}))
    except ApplicationError as error:
        refusal = str(error)
    except (PermissionDenied, ObjectDoesNotExist):
        refusal = _("You may not change this row any more.")
    except IntegrityError:
        refusal = _("Something leans on this row by now.")
    if refusal:
        row.undo_refusal = str(refusal)[:300]
    else:
        row.status = RowStatus.UNDONE


def _require_untouched(kind: ImportKind, row: ImportRow, subject: Any) -> None:
    """Nobody's later change is lost: of a row that was changed, the imported fields count; of a new one, all."""
    now, after = kind.read(subject), row.before.get("after", {})
    names = set(after) if row.status == RowStatus.CREATED else set(row.before.get("before", {}))
    changed = sorted(name for name in names if now.get(name, "") != after.get(name, ""))
    # Of a new row also what stands around it counts, such as a contact that somebody added.
    moved = row.status == RowStatus.CREATED and getattr(subject, "revision", None) != row.revision_after
    if moved and not changed:
        raise Conflict(_("Somebody has worked with it since the import."), code="changed_since")
    if changed:
        labels = [found.label if (found := kind.field(name)) else name for name in changed]
        raise Conflict(
            _("Changed since the import: %(fields)s.") % {"fields": ", ".join(labels)}, code="changed_since"
        )


def _finish(job: JobRun, run: ImportRun, kind: ImportKind) -> None:
    """What can be said only when all rows are there, such as who leads whom."""
    if type(kind).finish is ImportKind.finish:
        return
    written = run.rows.filter(status__in=WRITTEN).order_by("number")
    keys = list(written.values_list("pk", flat=True))
    for start in range(0, len(keys), WRITTEN_AT_ONCE):
        with _fenced(job):
            rows = list(written.filter(pk__in=keys[start : start + WRITTEN_AT_ONCE]).select_for_update())
            subjects = kind.model._default_manager.in_bulk([row.subject_id for row in rows])
            pairs = []
            for row in rows:
                values, _errors = parse(kind, run.mapping, Row(row.number, tuple(row.values)))
                if int(row.subject_id) in subjects:
                    pairs.append((subjects[int(row.subject_id)], values))
            warned = kind.finish(pairs)
            fresh = kind.model._default_manager.in_bulk([row.subject_id for row in rows])
            for row in rows:
                subject = fresh.get(int(row.subject_id))
                if subject is not None:
                    row.before = {**row.before, "after": kind.read(subject)}
                    row.revision_after = getattr(subject, "revision", None)
                row.warnings = judging.told(warned.get(int(row.subject_id), [])) or row.warnings
            store(rows)


# Of the run -----------------------------------------------------------------------------------------


def _begun(job: JobRun, status: str) -> tuple[ImportRun | None, ImportKind]:
    """The run in this state, and its kind for the person who brought it; None where that has been done."""
    person: User | None = job.job.created_by
    run = ImportRun.objects.select_related("content", "created_by").get(pk=job.payload["run"])
    if person is None or not person.is_active:
        raise GiveUp(_("Whoever began this import does not work here any more."))
    try:
        kind = kind_for(run.kind, person)(person, run.options)
    except (PermissionDenied, ObjectDoesNotExist) as error:
        raise GiveUp(_("Whoever began this import may not do so any more.")) from error
    return (run if run.status == status else None), kind


@contextmanager
def _fenced(job: JobRun) -> Iterator[None]:
    """A transaction that counts only while this worker has the job."""
    with transaction.atomic():
        leases.require_current(BackgroundJob, job.id, job.lease.fence)
        yield


def _end(run: ImportRun, status: str, *, failure: str = "") -> None:
    run.status, run.failure, run.finished_at = status, failure, clock.now()
    run.save(update_fields=["status", "failure", "finished_at"])
