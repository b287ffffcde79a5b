"""Idempotency-Key: the same POST does its deed once, whatever happens on the way."""

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections

from core import clock
from core.api.idempotency import fingerprint_of
from core.models import IdempotencyKey
from core.tokens import create_token
from crm.models import Customer
from tests.api.conftest import ApiClient
from tests.api.diagrams import travel

pytestmark = pytest.mark.django_db
NEW = {"name": "华东轴承有限公司"}


@pytest.fixture
def rep1(as_) -> ApiClient:
    return as_("rep1")


def create(client, key: str, body=NEW):
    return client.send("POST", "customers/", body, **{"Idempotency-Key": key})


class TestTheSameRequest:
    def test_is_done_once_and_answered_alike(self, rep1):
        first, second = create(rep1, "a"), create(rep1, "a")
        assert first.status_code == second.status_code == 201
        assert first.content == second.content
        assert first["Content-Type"] == second["Content-Type"]
        assert "Idempotency-Replayed" not in first
        assert second["Idempotency-Replayed"] == "true"
        assert Customer.objects.count() == 1

    def test_is_the_same_with_its_keys_in_another_order(self, rep1):
        create(rep1, "a", {"name": "甲有限公司", "level": "A"})
        assert create(rep1, "a", {"level": "A", "name": "甲有限公司"}).status_code == 201
        assert Customer.objects.count() == 1

    def test_hears_a_refusal_again(self, rep1):
        first = create(rep1, "a", {"name": ""})
        second = create(rep1, "a", {"name": ""})
        assert first.status_code == second.status_code == 400
        assert first.content == second.content
        assert second["Content-Type"] == "application/problem+json"

    def test_is_done_again_after_a_day_and_old_keys_are_forgotten(self, rep1):
        create(rep1, "a", {"name": "甲有限公司"})
        create(rep1, "b", {"name": "乙有限公司"})
        with clock.travel(timedelta(hours=23)):
            assert create(rep1, "a", {"name": "甲有限公司"})["Idempotency-Replayed"] == "true"
        with clock.travel(timedelta(hours=25)):
            again = create(rep1, "a", {"name": "甲有限公司"})
        assert (again.status_code, again.json()["code"]) == (400, "already_tracked")
        assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["a"]

    def test_is_done_again_if_the_first_failed_on_our_side(self, as_, monkeypatch):
        rep1 = as_("rep1", raise_request_exception=False)
        with monkeypatch.context() as patch:
            patch.setattr("crm.api.views._detail", lambda *args: 1 / 0)
            assert create(rep1, "a").status_code == 500
        assert not Customer.objects.exists()
        assert not IdempotencyKey.objects.exists()
        assert create(rep1, "a").status_code == 201

    def test_is_done_once_whatever_the_address_calls_its_parts(self, as_):
        admin, once = as_("admin"), {"Idempotency-Key": "a"}
        admin.send("POST", "process-definitions/import/", {"bpmn": travel()})
        path = "process-definitions/travel/draft/publish/"
        answers = [admin.send("POST", path, {"note": "x"}, **once) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()


class TestAnotherRequest:
    def test_with_another_body_is_422_and_changes_nothing(self, rep1):
        create(rep1, "a")
        answer = create(rep1, "a", {"name": "另一家有限公司"})
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
        assert Customer.objects.count() == 1

    def test_to_another_address_is_422(self, rep1):
        create(rep1, "a")
        answer = rep1.send("POST", "contacts/", NEW, **{"Idempotency-Key": "a"})
        assert answer.status_code == 422

    def test_of_another_person_is_their_own(self, rep1, as_):
        create(rep1, "a", {"name": "甲有限公司"})
        assert create(as_("rep2"), "a", {"name": "乙有限公司"}).status_code == 201

    def test_without_a_key_is_done_each_time(self, rep1):
        for name in ("甲有限公司", "乙有限公司"):
            rep1.send("POST", "customers/", {"name": name})
        assert Customer.objects.count() == 2
        assert not IdempotencyKey.objects.exists()


class TestKeys:
    @pytest.mark.parametrize("key", ["x" * 201, "中文", "a\tb"])
    def test_a_strange_key_is_400(self, rep1, key):
        assert create(rep1, key).status_code == 400
        assert not Customer.objects.exists()

    def test_an_answer_with_a_secret_is_not_written_down(self, rep1):
        made = rep1.send("POST", "auth/tokens/", {}, **{"Idempotency-Key": "a"})
        assert made.status_code == 201
        assert not IdempotencyKey.objects.exists()

    def test_files_count_by_content_not_by_boundary(self, rf):
        def fingerprint(content: bytes) -> str:
            data = {"file": SimpleUploadedFile("a.bpmn", content)}
            request = rf.post("/api/v1/process-definitions/import/", data)
            from core.api.views import UploadView

            return fingerprint_of(UploadView().initialize_request(request))

        assert fingerprint(b"<a/>") == fingerprint(b"<a/>")
        assert fingerprint(b"<a/>") != fingerprint(b"<b/>")


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_duplicates_wait_for_the_first_and_hear_its_answer(self, cast):
        _row, key = create_token(actor=cast.rep1)
        answers = []

        def send():
            try:
                answers.append(create(ApiClient(key), "same"))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [answer.status_code for answer in answers] == [201] * 8
        assert len({answer.content for answer in answers}) == 1
        assert sum("Idempotency-Replayed" in answer for answer in answers) == 7
        assert Customer.objects.count() == 1

    def test_a_duplicate_of_a_slow_request_is_told_to_come_back(self, cast, settings):
        settings.STEP_LOCK_TIMEOUT_MS = 100
        _row, key = create_token(actor=cast.rep1)
        answers = []

        def send():
            try:
                answers.append(create(ApiClient(key), "slow"))
            finally:
                connections.close_all()

        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO core_idempotencykey (user_id, key, fingerprint, status, headers, body, expires_at) "
                "VALUES (%s, 'slow', '', 0, '{}', '', %s)",
                [cast.rep1.pk, clock.now() + timedelta(hours=24)],
            )
            thread = threading.Thread(target=send)
            thread.start()
            thread.join()
            cursor.execute("ROLLBACK")
        assert (answers[0].status_code, answers[0].json()["code"]) == (409, "busy")
        assert create(ApiClient(key), "slow").status_code == 201
