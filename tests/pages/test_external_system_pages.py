"""The page of external systems, and what the page of a case says while it waits for one."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import AuditEntry, User
from core.webhooks import secrets
from tests.fakes.outside import outside
from tests.workflows.outside_operations import POST, Caller, posting
from tests.workflows.running import publish_drawing, user
from workflows import services
from workflows.models import Job, OutsideService
from workflows.services import calls

pytestmark = pytest.mark.django_db
SECRET = "Bearer swordfish-42"


@pytest.fixture
def erp(cast) -> OutsideService:
    return OutsideService.objects.create(
        code="erp",
        name_zh="财务软件",
        name_en="Bookkeeping",
        base_url="https://erp.example.com/api",
        header_name="Authorization",
        secret=secrets.encrypt(SECRET),
        created_at=clock.now(),
    )


def address(name: str, *args: object) -> str:
    return reverse(f"workflows:outside-service{name}", args=args)


FORM = {
    "name_zh": "财务软件",
    "name_en": "Bookkeeping",
    "base_url": "https://erp.example.com/api",
    "header_name": "Authorization",
    "timeout": "10",
}


class TestPages:
    def test_a_system_is_made_changed_and_switched(self, cast, signed_in):
        client = signed_in(cast.admin)
        answer = client.post(address("-create"), {**FORM, "code": "erp", "secret": SECRET}, follow=True)
        assert "财务软件" in answer.content.decode()
        service = OutsideService.objects.get()
        assert (secrets.decrypt(service.secret), service.allow_private) == (SECRET, False)
        form = {**FORM, "timeout": "20", "secret": "", "seen_version": "1"}
        client.post(address("-edit", service.pk), form)
        service.refresh_from_db()
        assert (service.timeout, secrets.decrypt(service.secret)) == (20, SECRET)
        assert client.post(address("-edit", service.pk), {**form, "timeout": "30"}).status_code == 409
        client.post(address("-switch-off", service.pk))
        service.refresh_from_db()
        assert not service.is_active
        assert "调用等待中" in client.get(address("-list")).content.decode()
        client.post(address("-switch-on", service.pk))
        service.refresh_from_db()
        assert service.is_active

    def test_what_is_wrong_stands_beside_its_field(self, cast, signed_in):
        client = signed_in(cast.admin)
        answer = client.post(address("-create"), {**FORM, "code": "E R P", "secret": ""})
        assert answer.status_code == 400
        assert "以字母开头" in answer.content.decode()
        assert not OutsideService.objects.exists()

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_no_page_shows_the_secret(self, cast, erp, signed_in, language):
        User.objects.filter(pk=cast.admin.pk).update(language=language)
        client = signed_in(User.objects.get(pk=cast.admin.pk))
        for url in (address("-list"), address("", erp.pk), address("-edit", erp.pk), address("-try", erp.pk)):
            page = client.get(url).content.decode()
            assert "swordfish" not in page
            assert erp.secret not in page
        assert "swordfish" not in json.dumps(list(AuditEntry.objects.values("before", "after")))

    def test_the_page_says_what_may_call_it(self, cast, erp, signed_in):
        publish_drawing(
            user(posting("granted"), "look").chain("start", "call", "look", "end"),
            operations=(POST, "workflows.call_service:erp"),
        )
        page = signed_in(cast.admin).get(address("", erp.pk)).content.decode()
        assert "granted" in page
        assert "workflows.call_service:erp" in page

    def test_the_connection_is_tried(self, cast, erp, signed_in):
        with outside() as fake:
            OutsideService.objects.update(base_url=fake.url, allow_private=True)
            answer = signed_in(cast.admin).post(address("-try", erp.pk), follow=True)
        assert "对方有答复（200）" in answer.content.decode()
        answer = signed_in(cast.admin).post(address("-try", erp.pk), follow=True)
        assert "没有答复" in answer.content.decode()

    def test_a_list_costs_the_same_however_long_it_is(self, cast, erp, signed_in):
        client = signed_in(cast.admin)
        client.get(address("-list"))
        with CaptureQueriesContext(connection) as one:
            client.get(address("-list"))
        for number in range(10):
            OutsideService.objects.create(
                code=f"s{number}", name_zh="x", name_en="x", base_url="https://x.example.com",
                created_at=clock.now(),
            )  # fmt: skip
        with CaptureQueriesContext(connection) as many:
            client.get(address("-list"))
        assert len(one) == len(many)

    def test_others_may_not(self, cast, erp, signed_in):
        client, before = signed_in(cast.boss), OutsideService.objects.values().get()
        for name in ("-list", "-create"):
            assert client.get(address(name)).status_code == 403
        assert client.post(address("-create"), {**FORM, "code": "x", "secret": SECRET}).status_code == 403
        for name in ("", "-edit", "-try", "-switch-off", "-switch-on"):
            assert client.get(address(name, erp.pk)).status_code in (403, 404)
            assert client.post(address(name, erp.pk), FORM).status_code in (403, 404, 405)
        assert OutsideService.objects.values().get() == before
        assert OutsideService.objects.count() == 1

    def test_nobody_signed_in_sees_the_sign_in_page(self, erp, client):
        for name in ("-list", "-create"):
            assert client.get(address(name)).status_code == 302
        assert client.get(address("", erp.pk)).status_code == 302


class TestCase:
    @pytest.fixture
    def waiting(self, cast) -> Caller:
        drawing = posting("waiting", do="'crash'")
        publish_drawing(user(drawing, "look").chain("start", "call", "look", "end"), operations=(POST,))
        return Caller.start("waiting", cast.admin)

    def page(self, client, hand: Caller) -> str:
        return client.get(reverse("workflows:case-detail", args=[hand.instance.pk])).content.decode()

    def test_before_the_first_try(self, cast, waiting, signed_in):
        assert "等待外部系统处理" in self.page(signed_in(cast.admin), waiting)

    def test_after_a_failure_it_says_when_it_is_tried_next_and_operators_why(self, cast, waiting, signed_in):
        waiting.call()
        page = self.page(signed_in(cast.admin), waiting)
        assert "等待外部系统答复（已尝试 1 次，下次 " in page
        assert page.count("等待外部系统答复") == 2, "beside the steps and in the table of the diagram"
        assert "已尝试 1 次：" in page
        assert "hunter2" not in page
        User.objects.filter(pk=cast.admin.pk).update(language="en")
        english = self.page(signed_in(User.objects.get(pk=cast.admin.pk)), waiting)
        assert "waits for the answer of another system (tried once, next at " in english

    def test_others_do_not_read_why(self, cast, waiting, signed_in):
        waiting.call()
        page = self.page(signed_in(cast.boss), waiting)
        assert "等待外部系统答复" in page
        assert "已尝试 1 次：" not in page

    def test_while_a_worker_asks(self, cast, waiting, signed_in):
        calls.leases.take(Job, waiting.job.pk)
        assert "等待外部系统答复（第 1 次尝试）" in self.page(signed_in(cast.admin), waiting)

    def test_with_an_answer_that_waits_for_the_case(self, cast, waiting, signed_in):
        lease = calls.leases.take(Job, waiting.job.pk)
        services.suspend_instance(instance_id=waiting.instance.pk, reason="x", actor=cast.admin)
        calls.take_over(lease, {"answer": {"receipt": "R"}})
        assert "外部系统已答复" in self.page(signed_in(cast.admin), waiting)

    def test_over_the_api(self, cast, waiting, signed_in):
        waiting.call()
        client = signed_in(cast.admin)
        (row,) = client.get(f"/api/v1/process-instances/{waiting.instance.pk}/").json()["waiting"]
        assert (row["element"], row["kind"], row["due_at"], row["attempts"]) == ("call", "job", None, 1)
        assert row["next_at"]
        operations = {one["name"]: one for one in client.get("/api/v1/operations/").json()["results"]}
        assert operations["workflows.call_service"]["effect"] == "outside"
        assert operations["workflows.call_service"]["target"] == "service"
        assert operations["workflows.send_mail"]["target"] is None

    def test_a_page_later_it_is_over(self, cast, waiting, signed_in):
        waiting.call()
        for minutes in (10, 30):
            waiting.call(later=timedelta(minutes=minutes))
        page = self.page(signed_in(cast.admin), waiting)
        assert "等待外部系统" not in page
        assert "ConnectionResetError" in page
