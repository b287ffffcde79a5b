"""Comments, files and field changes for programs."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.acting import acting_as
from core.models import Attachment, Comment, FieldChange
from core.tokens import create_token
from crm.models import Customer

pytestmark = pytest.mark.django_db
API = "/api/v1/"


@pytest.fixture
def rep1(company, client):
    _token, key = create_token(actor=company.rep1)
    client.defaults["HTTP_AUTHORIZATION"] = f"Token {key}"
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def about(customer):
    return {"subject_type": "crm.customer", "subject_id": str(customer.pk)}


def test_a_comment_from_writing_to_taking_back(company, customer, rep1):
    given = {**about(customer), "text": "@沈立军 hello"}
    added = rep1.post(f"{API}comments/", given, content_type="application/json")
    assert (added.status_code, added.json()["mentions"]) == (201, ["gm"])
    url = f"{API}comments/{added.json()['id']}/"
    assert rep1.patch(url, {"text": "hi"}, content_type="application/json").json()["text"] == "hi"
    assert rep1.delete(url).status_code == 204
    listed = rep1.get(f"{API}comments/", about(customer)).json()["results"]
    assert [(one["text"], one["removed_at"] is not None) for one in listed] == [("", True)]
    assert Comment.objects.get().text == "hi"


def test_a_list_wants_to_know_of_which_row(rep1):
    assert rep1.get(f"{API}comments/").status_code == 400
    assert rep1.get(f"{API}comments/?subject_type=core.user&subject_id=1").status_code == 404


def test_a_file_from_bringing_to_restoring(customer, rep1):
    file = SimpleUploadedFile("合同.pdf", b"%PDF-1.7")
    added = rep1.post(f"{API}attachments/", {**about(customer), "file": file})
    assert added.status_code == 201, added.content
    url = f"{API}attachments/{added.json()['id']}/"
    answer = rep1.get(f"{url}file/")
    assert (answer.content, answer.headers["X-Content-Type-Options"]) == (b"%PDF-1.7", "nosniff")
    assert rep1.delete(url).status_code == 204
    assert rep1.get(f"{API}attachments/", about(customer)).json()["results"] == []
    assert rep1.post(f"{url}restore/").json()["removed_at"] is None
    assert Attachment.objects.get().removed_at is None


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("a.exe", b"MZ", 400), ("a.pdf", b"%PDF-" + b"x" * (20 << 20), 400), ("a.pdf", b"x" * (33 << 20), 413)],
)
def test_a_bad_file_is_refused(customer, rep1, name, content, status):
    answer = rep1.post(f"{API}attachments/", {**about(customer), "file": SimpleUploadedFile(name, content)})
    assert answer.status_code == status
    assert not Attachment.objects.exists()


def test_what_a_token_writes_is_written_by_its_person(company, customer, rep1):
    revision = Customer.objects.get(pk=customer.pk).revision
    body = {"region": "上海", "revision": revision}
    answer = rep1.patch(f"{API}customers/{customer.pk}/", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert FieldChange.objects.first().actor == company.rep1


def test_field_changes_are_told_in_the_language_of_the_caller(company, customer, rep1):
    with acting_as(company.manager1):
        Customer.objects.filter(pk=customer.pk).update(level="A")
    change = rep1.get(f"{API}field-changes/", about(customer)).json()["results"][0]
    assert (change["who"], change["action"]) == (company.manager1.display_name_en, "update")
    assert change["lines"] == [
        {"field": "level", "label": "Level", "before": "C: ordinary", "after": "A: key account"}
    ]
