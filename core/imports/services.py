"""What people do with an import: bring a file, name its columns, start it, stop it, take it back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import ApplicationError, Conflict
from core.imports import guessing, reading
from core.imports.judging import FILL, SKIP, UPDATE
from core.imports.registry import Kind, kind_for
from core.jobs import enqueue
from core.models import DocumentContent, ImportMapping, ImportRow, ImportRun, User
from core.services.jobs import withdraw_job

Status = ImportRun.Status
CHECK, WRITE, UNDO = "import.check", "import.write", "import.undo"
POLICIES = (SKIP, FILL, UPDATE)


@transaction.atomic
def start_import(*, kind_code: str, content: bytes, file_name: str, actor: User) -> ImportRun:
    """Take a file in, with its columns guessed. Refuses what cannot be read."""
    kind = kind_for(kind_code, actor)
    beginning = reading.begin(content)
    heading_row = guessing.guess_heading_row(kind, beginning.sheet.rows)
    headings = headings_of(beginning.sheet, heading_row)
    sha256 = hashlib.sha256(content).hexdigest()
    DocumentContent.objects.bulk_create(
        [DocumentContent(sha256=sha256, content=content, size=len(content))], ignore_conflicts=True
    )
    run: ImportRun = ImportRun.objects.create(
        kind=kind.code,
        content_id=sha256,
        file_name=file_name[-200:],
        sheet=beginning.sheet.name[:100],
        heading_row=heading_row,
        headings=headings,
        mapping=remembered(kind, headings, actor),
        options={"existing": SKIP},
        created_by=actor,
        created_at=clock.now(),
    )
    return run


def headings_of(sheet: reading.Sheet, number: int) -> list[str]:
    """The texts of the heading row; empty if there is none of this number."""
    row = next((one for one in sheet.rows if one.number == number), None)
    return list(row.cells) if row else []


def remembered(kind: Kind, headings: list[str], actor: User) -> guessing.Mapping:
    """What these headings meant the last time, else a guess."""
    known = ImportMapping.objects.filter(
        person=actor, kind=kind.code, fingerprint=guessing.fingerprint(headings)
    ).first()
    if known is not None and guessing.usable(kind, known.mapping, len(headings)):
        return dict(known.mapping)
    return guessing.guess(kind, headings)


@transaction.atomic
def name_columns(
    *,
    run_id: int,
    sheet: str,
    heading_row: int,
    mapping: Mapping[str, str],
    options: Mapping[str, Any],
    actor: User,
) -> ImportRun:
    """Say what the columns mean and what to do with rows that exist; a worker then checks every row."""
    run, kind = own_run(run_id, actor)
    if run.status not in (Status.UPLOADED, Status.CHECKED, Status.FAILED) and not is_stalled(run):
        raise Conflict(_("This import has begun already: its columns stay."), code="import_begun")
    if run.rows.filter(status__in=[ImportRow.Status.CREATED, ImportRow.Status.UPDATED]).exists():
        raise Conflict(_("This import has begun already: its columns stay."), code="import_begun")
    headings = headings_of(reading.begin(bytes(run.content.content), sheet=sheet).sheet, heading_row)
    wanted = {str(place): mapping.get(str(place), "") for place in range(len(headings))}
    _require_sensible(kind, wanted)
    run.sheet, run.heading_row, run.headings = sheet[:100], heading_row, headings
    run.mapping, run.options = wanted, _checked_options(kind, options, actor)
    run.status, run.failure, run.notes = Status.CHECKING, "", []
    run.rows_total = run.rows_bad = run.rows_done = 0
    run.job = enqueue(
        CHECK,
        {"run": run.pk},
        key=f"import:{run.pk}",
        title=_("Check of %(file)s") % {"file": run.file_name},
        created_by=actor,
    )
    run.save()
    ImportMapping.objects.update_or_create(
        person=actor,
        kind=kind.code,
        fingerprint=guessing.fingerprint(headings),
        defaults={"mapping": wanted, "updated_at": clock.now()},
    )
    return run


@transaction.atomic
def run_import(*, run_id: int, actor: User) -> ImportRun:
    """Write the rows that were found right; also what a stopped import left."""
    run, _kind = own_run(run_id, actor)
    can_begin = run.status in (Status.CHECKED, Status.CANCELLED) or (
        run.status == Status.RUNNING and is_stalled(run)
    )
    if not can_begin:
        raise Conflict(_("This import cannot be started now."), code="import_not_ready")
    if not run.rows.filter(status=ImportRow.Status.READY).exists():
        raise ApplicationError(_("There is no row that could be imported."), code="nothing_to_import")
    run.status, run.finished_at = Status.RUNNING, None
    run.job = enqueue(
        WRITE,
        {"run": run.pk},
        key=f"import:{run.pk}",
        title=_("Import of %(file)s") % {"file": run.file_name},
        created_by=actor,
    )
    run.save(update_fields=["status", "finished_at", "job"])
    audit.record(actor, "core.start_import", run, after={"kind": run.kind, "file": run.file_name})
    return run


@transaction.atomic
def stop_import(*, run_id: int, actor: User) -> ImportRun:
    """Stop the worker. What is written stays, what is not can be written later."""
    job_id = ImportRun.objects.filter(pk=run_id, created_by=actor).values_list("job", flat=True).first()
    if job_id is not None and not is_stalled(ImportRun.objects.get(pk=run_id)):
        # The job's lock first, as its worker takes it: then the run says what it has become.
        withdraw_job(job_id=job_id, actor=actor)
    run, _kind = own_run(run_id, actor)
    if not run.is_busy:
        raise Conflict(_("This import is not at work (any more)."), code="import_not_busy")
    run.status = {
        Status.CHECKING: Status.UPLOADED,
        Status.RUNNING: Status.CANCELLED,
        Status.UNDOING: Status.DONE,
    }[Status(run.status)]
    run.finished_at = clock.now()
    run.save(update_fields=["status", "finished_at"])
    audit.record(actor, "core.stop_import", run, after={"rows": run.rows_done})
    return run


@transaction.atomic
def undo_import(*, run_id: int, actor: User) -> ImportRun:
    """Take back what it created and changed; what has moved on since stays, and says why."""
    run, _kind = own_run(run_id, actor)
    can_begin = run.status in (Status.DONE, Status.CANCELLED) or (
        run.status == Status.UNDOING and is_stalled(run)
    )
    written = run.rows.filter(status__in=[ImportRow.Status.CREATED, ImportRow.Status.UPDATED])
    if not can_begin or not written.exists():
        raise Conflict(_("There is nothing to take back."), code="nothing_to_undo")
    written.exclude(undo_refusal="").update(undo_refusal="")
    run.status = Status.UNDOING
    run.job = enqueue(
        UNDO,
        {"run": run.pk},
        key=f"import:{run.pk}",
        title=_("Undoing %(file)s") % {"file": run.file_name},
        created_by=actor,
    )
    run.save(update_fields=["status", "job"])
    audit.record(actor, "core.undo_import", run, after={"kind": run.kind, "file": run.file_name})
    return run


def own_run(run_id: int, actor: User) -> tuple[ImportRun, Kind]:
    """The run under lock: 404 to who does not see it, 403 to who only sees it."""
    run: ImportRun = (
        ImportRun.objects.visible_to(actor).select_for_update(of=("self",), no_key=True).get(pk=run_id)
    )
    if run.created_by_id != actor.pk:
        raise PermissionDenied(_("Only the person who brought the file goes on with it."))
    return run, kind_for(run.kind, actor)


def is_stalled(run: ImportRun) -> bool:
    """It should be at work, and its job has ended: withdrawn, or given up."""
    return run.is_busy and (run.job is None or not run.job.is_open)


def _require_sensible(kind: Kind, mapping: Mapping[str, str]) -> None:
    names = [name for name in mapping.values() if name]
    unknown = [name for name in names if kind.field(name) is None]
    if unknown:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid")
    for one in kind.fields:
        if names.count(one.name) > 1:
            text = _("Two columns stand for “%(field)s”: choose one.") % {"field": one.label}
            places = [place for place, name in mapping.items() if name == one.name]
            raise ApplicationError(text, code="column_twice", errors={f"column_{places[1]}": [text]})
        if one.required and one.name not in names:
            raise ApplicationError(
                _("Say which column is “%(field)s”: no row can do without it.") % {"field": one.label},
                code="column_missing",
            )


def _checked_options(kind: Kind, options: Mapping[str, Any], actor: User) -> dict[str, Any]:
    policy = options.get("existing", SKIP)
    if policy not in POLICIES:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid")
    chosen = {"existing": policy}
    for one in kind.options:
        offered = [code for code, _label in one.choices(actor)]
        if offered:
            value = options.get(one.name, offered[0])
            if value not in offered:
                raise ApplicationError(
                    _("Please correct the marked fields."),
                    code="invalid",
                    errors={one.name: [_("Choose one of those offered.")]},
                )
            chosen[one.name] = value
    return chosen
