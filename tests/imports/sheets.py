"""Sheets for the tests, and the way of one through the house."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from openpyxl import Workbook

from config.demo.codes import uscc
from core import clock
from core.imports.services import name_columns, run_import, start_import, undo_import
from core.jobs import enqueue
from core.jobs.runner import run_background_job
from core.models import DocumentContent, ImportRow, ImportRun, User

HEADINGS = ["客户名称*", "统一社会信用代码", "级别", "联系人", "手机", "邮寄地址", "邮编", "说不清的列"]


def book(*rows: list[Any], headings: list[str] | None = None) -> bytes:
    made = Workbook()
    for row in (headings or HEADINGS, *rows):
        made.worksheets[0].append(list(row))
    return saved(made)


def saved(made: Workbook) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def good(n: int, **changes: Any) -> list[Any]:
    """A customer as people type one; the mobile as a number, as Excel does."""
    row = {
        "name": f"昆山精密{n}有限公司",
        "uscc": uscc("320583", n),
        "level": "B",
        "contact": "赵工",
        "mobile": 13800138000 + n,
        "address": f"江苏省昆山市开发区{n}号",
        "postcode": 215300,
        "other": "忽略",
    }
    return list({**row, **changes}.values())


def checked(
    content: bytes,
    actor: User,
    *,
    kind: str = "crm.customers",
    name: str = "sheet.xlsx",
    mapping: dict[str, str] | None = None,
    **options: str,
) -> ImportRun:
    """Uploaded, columns as guessed, every row judged."""
    run = start_import(kind_code=kind, content=content, file_name=name, actor=actor)
    run = name_columns(
        run_id=run.pk,
        sheet=run.sheet,
        heading_row=run.heading_row,
        mapping={**run.mapping, **(mapping or {})},
        options={"existing": "skip", **options},
        actor=actor,
    )
    return worked(run)


def imported(content: bytes, actor: User, **options: Any) -> ImportRun:
    run = checked(content, actor, **options)
    return worked(run_import(run_id=run.pk, actor=actor))


def undone(run: ImportRun, actor: User) -> ImportRun:
    return worked(undo_import(run_id=run.pk, actor=actor))


def worked(run: ImportRun) -> ImportRun:
    """The worker has done its job."""
    assert run.job is not None
    run_background_job(run.job.pk)
    run.refresh_from_db()
    run.job.refresh_from_db()
    assert run.job.status == "done", (run.job.error_type, run.job.error)
    return run


def states(run: ImportRun) -> list[tuple[int, str]]:
    return list(run.rows.values_list("number", "status"))


def problems(run: ImportRun) -> list[tuple[int, str]]:
    """(row, field) of everything that is wrong."""
    return [(row.number, one["field"]) for row in run.rows.all() for one in row.errors]


def row(run: ImportRun, number: int) -> ImportRow:
    found: ImportRow = run.rows.get(number=number)
    return found


def rows_of_imports(person: User) -> dict[str, int]:
    """A person's imports in each state, as rows: by what the tests of pages call them."""
    content = book(good(1))
    sha256 = hashlib.sha256(content).hexdigest()
    DocumentContent.objects.bulk_create(
        [DocumentContent(sha256=sha256, content=content, size=len(content))], ignore_conflicts=True
    )
    found = {}
    for name, status, row_status in (
        ("import_new", "uploaded", None),
        ("import_checked", "checked", "ready"),
        ("import_busy", "running", "ready"),
        ("import_done", "done", "created"),
    ):
        run = ImportRun.objects.create(
            kind="crm.customers",
            status=status,
            content_id=sha256,
            file_name=f"{name}.xlsx",
            sheet="Sheet",
            headings=HEADINGS,
            mapping={"0": "name"},
            created_by=person,
            created_at=clock.now(),
        )
        if status == "running":
            run.job = enqueue("import.write", {"run": run.pk}, key=f"import:{run.pk}", created_by=person)
            run.save()
        if row_status:
            run.rows.create(number=2, values=good(1), status=row_status, subject_id="1")
        found[name] = run.pk
    return found
