"""One case as a file with everything, as its reader may see it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pytest
from django.urls import reverse

from core.models import AuditEntry
from core.services.attachments import attach
from core.services.comments import add_comment
from tests.workflows.conftest import open_item
from workflows import services
from workflows.models import HistoryEvent, ProcessInstance
from workflows.services.case_file import safe
from workflows.views.record import PAPERS

pytestmark = pytest.mark.django_db


def opened(client, person, case: ProcessInstance) -> zipfile.ZipFile:
    client.force_login(person)
    answer = client.get(reverse("workflows:case-export", args=[case.pk]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.content))


@pytest.fixture
def case(start, cast) -> ProcessInstance:
    found = start("approval")
    services.complete_work_item(
        work_item_id=open_item(found, "draft").pk, data={"amount": "5"}, actor=cast.rep1
    )
    about = {"subject_type": "workflows.processinstance", "subject_id": str(found.pk)}
    add_comment(**about, text="请尽快", actor=cast.admin)
    attach(**about, name="报价.pdf", content=b"%PDF-1.7 x", actor=cast.admin)
    services.hold_case(instance_id=found.pk, reason="court", actor=cast.admin)
    return found


def test_everything_is_in_it_and_the_manifest_vouches_for_each(client, cast, case):
    file = opened(client, cast.admin, case)
    manifest = json.loads(file.read("manifest.json"))
    assert set(manifest["files"]) == set(file.namelist()) - {"manifest.json"}
    for name, told in manifest["files"].items():
        assert hashlib.sha256(file.read(name)).hexdigest() == told["sha256"]
    assert file.read("approval-1.bpmn").decode() == case.version.bpmn
    for name in PAPERS.values():
        assert file.read(name).startswith(b"%PDF")
    (attached,) = [name for name in file.namelist() if name.startswith("attachments/")]
    assert attached.endswith("-报价.pdf")
    assert file.read(attached) == b"%PDF-1.7 x"
    told = json.loads(file.read("case.json"))
    assert told["format"] == "xiaoliu-case/1"
    assert len(told["history"]) == HistoryEvent.objects.filter(instance=case).count()
    assert next(one["element"] for one in told["work_items"]) == "draft"
    assert [one["text"] for one in told["comments"]] == ["请尽快"]
    assert [one["reason"] for one in told["holds"]] == ["court"]
    assert "state" not in told["case"]


def test_data_only_for_those_who_may_see_them(client, cast, case):
    whole = json.loads(opened(client, cast.admin, case).read("case.json"))
    assert whole["variables"] is not None
    assert any("changes" in one for one in whole["history"])
    told = json.loads(opened(client, cast.rep1, case).read("case.json"))
    assert told["variables"] is None
    assert not any("changes" in one for one in told["history"])
    assert all("payload" not in one for one in [*told["jobs"], *told["messages"]])
    assert "reason" not in told["holds"][0]


def test_each_export_is_on_record_and_strangers_get_none(client, cast, case):
    opened(client, cast.rep1, case)
    entry = AuditEntry.objects.get(action="workflows.export_case")
    assert (entry.actor, entry.subject_id) == (cast.rep1, str(case.pk))
    client.force_login(cast.content)
    assert client.get(reverse("workflows:case-export", args=[case.pk])).status_code == 404
    assert AuditEntry.objects.filter(action="workflows.export_case").count() == 1


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("合同 一.pdf", "合同 一.pdf"),
        ("a\u202egpj.exe", "a_gpj.exe"),
        ("..", "_"),
        ("x" * 300, "x" * 100),
    ],
)
def test_names_of_files_lead_nowhere_else(name, wanted):
    assert safe(name) == wanted
