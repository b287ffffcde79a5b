"""The record of a case on paper: who decided what, in both languages, whatever signs people type."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from core.models import Department, User
from tests.workflows import diagrams
from tests.workflows.conftest import publish_diagram
from workflows import services
from workflows.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast):
    """Drafted, sent back with words, drafted again, and waiting for the manager."""
    publish_diagram("approval", diagrams.APPROVAL, operations=["tests.rename"])
    about = Department.objects.get(code="sales1")
    case = services.start_process(definition_key="approval", subject=about, actor=cast.rep1)
    for element, actor, given in (
        ("draft", cast.rep1, {"data": {"amount": "5"}}),
        ("review", cast.manager1, {"data": {}, "outcome": "reject", "comment": "太贵了 <b>🤔</b>"}),
        ("draft", cast.rep1, {"data": {"amount": "3"}}),
    ):
        item = WorkItem.objects.open().get(instance=case, element=element)
        if item.assignee is None:
            services.claim_work_item(work_item_id=item.pk, actor=actor)
        services.complete_work_item(work_item_id=item.pk, actor=actor, **given)
    return case


def text_of(answer) -> str:
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return "\n".join(page.extract_text() for page in pages)


def test_says_who_decided_what_and_what_is_open(signed_in, cast, case):
    text = text_of(signed_in(cast.admin).get(reverse("workflows:case-record", args=[case.pk])))
    for word in (
        "审批单",
        "起草",
        "驳回",
        "太贵了 <b>",
        cast.manager1.name,
        cast.rep1.name,
        "尚未办理",
        "金额: 3",
    ):
        assert word in text
    assert "改名" not in text  # no automatic step, and none that has not been done


def test_in_the_readers_language(signed_in, cast, case):
    User.objects.filter(pk=cast.admin.pk).update(language="en")
    person = User.objects.get(pk=cast.admin.pk)
    text = text_of(signed_in(person).get(reverse("workflows:case-record", args=[case.pk])))
    for word in ("record", "Draft", "Reject", "Still open", "Page 1 of 1"):
        assert word in text


def test_strangers_find_nothing(signed_in, cast, case):
    assert signed_in(cast.adplan).get(reverse("workflows:case-record", args=[case.pk])).status_code == 404
