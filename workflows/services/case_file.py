"""A case as one file with everything: data, diagram, forms and tables, the record in both languages, what was attached."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from core import audit
from core.models import User
from workflows.models import ProcessInstance
from workflows.models.retention import HOLD, PURGE
from workflows.selectors.cases import case_for, may_do
from workflows.services.case_contents import FORMAT, attachments_of, contents
from workflows.services.incidents import EDIT

LONGEST_NAME = 100
# The record on paper in each language, as (file name, bytes): its words are those of the pages.
Papers = Callable[[ProcessInstance, User], Iterable[tuple[str, bytes]]]


@dataclass(frozen=True)
class CaseFile:
    """A ZIP file and what it is called."""

    name: str
    content: bytes


def export_case(*, instance_id: int, papers: Papers, actor: User) -> CaseFile:
    """The file as the actor may see the case; each is on record. Raises ProcessInstance.DoesNotExist for strangers."""
    case = case_for(actor, instance_id)
    with_data = may_do(actor, EDIT, case)
    content = packed(case, actor, papers, with_data=with_data)
    audit.record(actor, "workflows.export_case", case, after={"with_data": with_data, "bytes": len(content)})
    return CaseFile(f"{safe(_name_of(case))}.zip", content)


def _name_of(case: ProcessInstance) -> str:
    """By number and title of its business row; a title may hold the number."""
    number = case.business_key or str(case.pk)
    if number in case.subject_title:
        return case.subject_title
    return "-".join(filter(None, [number, case.subject_title]))


def packed(case: ProcessInstance, person: User, papers: Papers, *, with_data: bool) -> bytes:
    """The bytes of the file; ``manifest.json`` holds the SHA-256 of everything else in it."""
    told: dict[str, dict[str, Any]] = {}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in _parts(case, person, papers, with_data):
            file.writestr(name, content)
            told[name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        file.writestr("manifest.json", _json({"format": FORMAT, "case": str(case.pk), "files": told}))
    return made.getvalue()


def safe(name: str) -> str:
    """A file name that no system takes for a path, with its Chinese."""
    plain = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+', "_", name).strip(" .")
    return plain[:LONGEST_NAME].strip(" .") or "_"


def _parts(
    case: ProcessInstance, person: User, papers: Papers, with_data: bool
) -> Iterator[tuple[str, bytes]]:
    reads_holds = person.may(HOLD) or person.may(PURGE)
    yield "case.json", _json(contents(case, person=person, with_data=with_data, reads_holds=reads_holds))
    version = case.version
    yield f"{safe(case.definition.key)}-{version.number}.bpmn", version.bpmn.encode()
    for name, table in sorted(version.decisions.items()):
        yield f"tables/{safe(name)}.dmn", str(table).encode()
    for name, form in sorted(version.forms.items()):
        yield f"forms/{safe(name)}.json", _json(form)
    yield from papers(case, person)
    for one in attachments_of(case):
        yield f"attachments/{one.pk}-{safe(one.document.name)}", one.document.read()


def _json(content: Any) -> bytes:
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()
