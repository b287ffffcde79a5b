"""Taking in a file of another tool in the browser, and what the report says."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.workflows.imports.corpus import files
from workflows.models import ProcessDraft

pytestmark = pytest.mark.django_db
ADDRESS = "/processes/import/"
FILES = files()


def sent(client, name: str):
    return client.post(ADDRESS, {"file": SimpleUploadedFile(f"{name}.bpmn", FILES[name])})


def test_it_says_what_was_understood_changed_ignored_and_what_is_in_the_way(cast, signed_in):
    answer = sent(signed_in(cast.admin), "camunda7-call")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Camunda Modeler 5.23.0" in page
    assert "3 个环节和事件、2 条流向" in page
    assert "credit_check" in page
    assert "暂时不能发布" in page
    assert "camunda:in amount" in page
    assert "camunda:calledElementBinding = version" in page
    assert f"{reverse('workflows:definition-detail', args=['calling'])}?tab=draft" in page
    assert ProcessDraft.objects.get().definition.key == "calling"


def test_a_process_that_was_there_says_so(cast, signed_in):
    client = signed_in(cast.admin)
    assert "新流程。" in sent(client, "camunda7-leave").content.decode()
    page = sent(client, "camunda7-leave").content.decode()
    assert "新流程。" not in page
    assert "草稿已替换" in page
    assert "可以发布" in page


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("broken-truncated", "文件未导入，没有任何变化。"),
        ("broken-entity-bomb", "文件未导入，没有任何变化。"),
        ("signavio-not-executable", "isExecutable"),
        ("made-six-megabytes", "5 MB"),
    ],
)
def test_a_refused_file_says_why_and_leaves_nothing(cast, signed_in, name, says):
    answer = sent(signed_in(cast.admin), name)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not ProcessDraft.objects.exists()


def test_without_a_file_or_the_right_nothing_happens(cast, signed_in):
    assert signed_in(cast.admin).post(ADDRESS).status_code == 400
    assert sent(signed_in(cast.rep1), "camunda7-leave").status_code == 403
    assert not ProcessDraft.objects.exists()


def test_the_list_of_processes_leads_to_it(cast, signed_in):
    assert ADDRESS in signed_in(cast.admin).get("/processes/").content.decode()
