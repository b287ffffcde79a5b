"""A case as one file with everything: data, diagram, forms and tables, the record in both languages, what was attached."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from core import audit
from core.files.downloads import attachment
from core.models import User
from core.pdf.rendering import render_whatever_is_said
from workflows.models import ProcessInstance
from workflows.models.retention import HOLD, PURGE
from workflows.selectors import case_for
from workflows.services.case_contents import FORMAT, attachments_of, contents
from workflows.services.incidents import EDIT
from workflows.views.case_deeds import may_do
from workflows.views.record import sheet_of

ZIP = "application/zip"
RECORDS = {"zh-hans": "审批单.pdf", "en": "record.pdf"}
LONGEST_NAME = 100


@require_safe
@login_required
def case_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, for whoever may see the case."""
    return answer(pk, request.user)


def answer(pk: int, person: Any) -> HttpResponse:
    """The file as a download; each is on record. Raises ProcessInstance.DoesNotExist for strangers."""
    case = case_for(person, pk)
    with_data = may_do(person, EDIT, case)
    content = packed(case, person, with_data=with_data)
    audit.record(person, "workflows.export_case", case, after={"with_data": with_data, "bytes": len(content)})
    name = (
        safe(f"{case.business_key or case.pk}-{case.subject_title}") if case.subject_title else f"{case.pk}"
    )
    return attachment(content, name=f"{name}.zip", media_type=ZIP)


def packed(case: ProcessInstance, person: User, *, with_data: bool) -> bytes:
    """The bytes of the file; ``manifest.json`` holds the SHA-256 of everything else in it."""
    told: dict[str, dict[str, Any]] = {}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in _parts(case, person, with_data):
            file.writestr(name, content)
            told[name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        file.writestr("manifest.json", _json({"format": FORMAT, "case": str(case.pk), "files": told}))
    return made.getvalue()


def safe(name: str) -> str:
    """A file name that no system takes for a path, with its Chinese."""
    plain = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+', "_", name).strip(" .")
    return plain[:LONGEST_NAME].strip(" .") or "_"


def _parts(case: ProcessInstance, person: User, with_data: bool) -> Iterator[tuple[str, bytes]]:
    reads_holds = person.may(HOLD) or person.may(PURGE)
    yield "case.json", _json(contents(case, person=person, with_data=with_data, reads_holds=reads_holds))
    version = case.version
    yield f"{safe(case.definition.key)}-{version.number}.bpmn", version.bpmn.encode()
    for name, table in sorted(version.decisions.items()):
        yield f"tables/{safe(name)}.dmn", str(table).encode()
    for name, form in sorted(version.forms.items()):
        yield f"forms/{safe(name)}.json", _json(form)
    for language, name in RECORDS.items():
        with translation.override(language):
            yield name, render_whatever_is_said("print/record.html", sheet_of(case, person))
    for one in attachments_of(case):
        yield f"attachments/{one.pk}-{safe(one.document.name)}", one.document.read()


def _json(content: Any) -> bytes:
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()
