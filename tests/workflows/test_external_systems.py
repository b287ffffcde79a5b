"""Systems outside: what administrators may do with them, what calls of them mean, letters to people."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from core import clock
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, User
from core.webhooks import secrets
from tests.core.mail_server import MailServer
from tests.fakes.outside import outside
from tests.workflows.engine.drawing import Drawing
from tests.workflows.outside_operations import Caller
from tests.workflows.running import publish_drawing, user
from workflows import registry, services
from workflows.models import Job, OutsideService
from workflows.outside import GiveUp, Later
from workflows.services import calls, http
from workflows.services.outside_services import (
    change_outside_service,
    create_outside_service,
    switch_outside_service,
    try_outside_service,
)

pytestmark = pytest.mark.django_db
SECRET = "Bearer swordfish-42"


@pytest.fixture
def fake():
    with outside() as service:
        yield service


def make(actor: User, url: str, **more: object) -> OutsideService:
    fields = {
        "code": "erp",
        "name_zh": "财务软件",
        "name_en": "Bookkeeping",
        "base_url": url,
        "header_name": "Authorization",
        "secret": SECRET,
        "timeout": 5,
        "rate_per_minute": None,
        "allow_private": True,
        **more,
    }
    return create_outside_service(fields=fields, actor=actor)


@pytest.fixture
def erp(cast, fake) -> OutsideService:
    User.objects.filter(pk=cast.admin.pk).update(is_superuser=True)
    cast.admin.refresh_from_db()
    return make(cast.admin, fake.url + "/")


@pytest.fixture
def ruler(cast) -> User:
    """May manage the systems, but is no system administrator."""
    User.objects.filter(pk=cast.admin.pk).update(is_superuser=False)
    return User.objects.get(pk=cast.admin.pk)


def calling(path: str, **params: str) -> Drawing:
    drawing = Drawing("calling", extensions='<flow:variable name="data" type="record"/>').start().end()
    given = {"service": "'erp'", "path": path, **params}
    drawing.service("call", "workflows.call_service", result="answer", **given)
    return user(drawing, "look").chain("start", "call", "look", "end")


@pytest.fixture
def begin(cast, erp):
    def begin(path: str, data=None, **params: str) -> Caller:
        publish_drawing(calling(path, **params), operations=("workflows.call_service:erp",))
        return Caller.start("calling", cast.admin, data=data or {})

    return begin


class TestCall:
    def test_the_answer_is_data(self, begin, fake):
        hand = begin("'effect'", {"data": {"amount": "12.50", "客户": "甲"}}, body="data", pick="'receipt'")
        key = hand.job.key
        assert hand.call()
        (heard,) = fake.heard
        assert (heard.method, heard.path, heard.key) == ("POST", "/effect", key)
        assert heard.headers["authorization"] == SECRET
        assert json.loads(heard.body) == {"amount": "12.50", "客户": "甲"}
        answer = hand.variables["answer"]
        assert (answer["status"], answer["value"]) == (200, answer["body"]["receipt"])
        assert hand.names == ["look"]

    @pytest.mark.parametrize(("path", "heard"), [("'a b/客'", "/a%20b/%E5%AE%A2"), ("'x?y=1&z=2'", "/x?y=1&z=2"), ("'/deep/er'", "/deep/er")])  # fmt: skip
    def test_paths_lie_below_the_address(self, begin, fake, path, heard):
        begin(path, method="'GET'").call()
        assert (fake.heard[0].method, fake.heard[0].path, fake.heard[0].body) == ("GET", heard, b"")

    @pytest.mark.parametrize(
        "path",
        ["../admin", "a/../../b", "//evil.example.com", "https://evil.example.com/", "%2e%2e/x", "a%2f%2fb",
         "a/%252e%252e/", "..%5cx", "a\\b", "x#y", "%0d%0aX: y", "javascript:x", ".", "a/%2e%2e"],
    )  # fmt: skip
    def test_what_comes_from_a_case_leads_nowhere_else(self, fake, path):
        with pytest.raises(GiveUp):
            http.address(fake.url, path)

    def test_a_service_that_is_out_of_order_is_asked_again(self, begin, fake):
        hand = begin("'fail/2'")
        for minutes in (0, 1, 3):
            hand.call(later=timedelta(minutes=minutes))
        (count,) = fake.calls.values()
        assert (count, list(fake.effects.values()), hand.names) == (3, [1], ["look"])

    def test_what_went_wrong_is_told_while_it_is_tried_again(self, begin):
        hand = begin("'fail/9'")
        hand.call()
        assert hand.job.error == 'HTTP 500: {"error": "out of order"}'

    @pytest.mark.parametrize("way", ["drop", "hang"])
    def test_an_effect_whose_answer_got_lost_happens_once(self, begin, fake, erp, way):
        OutsideService.objects.update(timeout=1)
        hand = begin(f"'{way}'")
        hand.call()
        assert (hand.job.status, hand.job.attempts) == ("open", 1)
        hand.call(later=timedelta(minutes=1))
        assert (hand.names, list(fake.calls.values()), list(fake.effects.values())) == (["look"], [2], [1])

    def test_patience_that_is_asked_for_is_had(self, begin):
        hand = begin("'later/120'")
        hand.call()
        assert (hand.job.attempts, hand.job.error) == (0, "")
        assert 110 <= (hand.job.due_at - clock.now()).total_seconds() <= 120
        hand.call(later=timedelta(minutes=3))
        assert hand.names == ["look"]

    @pytest.mark.parametrize(("way", "status"), [("refuse", "422"), ("moved", "302")])
    def test_a_refusal_is_final(self, begin, fake, way, status):
        hand = begin(f"'{way}'")
        hand.call()
        assert status in hand.incident.message
        assert len(fake.heard) == 1

    def test_a_conflict_that_tells_what_was_done_is_an_answer(self, begin, fake):
        hand = begin("'conflict'")
        known = registry.operations()["workflows.call_service"]
        lease = calls.leases.take(Job, hand.job.pk)  # a worker that dies after its call
        assert calls._call(known, lease, hand.instance)["answer"]["status"] == 200
        hand.call(later=timedelta(minutes=2))
        assert (hand.variables["answer"]["status"], list(fake.effects.values())) == (409, [1])

    def test_two_answers_to_one_call_are_one(self, begin, fake):
        hand = begin("'twice'")
        hand.call()
        assert (hand.names, list(fake.calls.values())) == (["look"], [1])

    def test_an_odd_answer_is_text(self, begin):
        hand = begin("'odd'", pick="'a.b'")
        hand.call()
        answer = hand.variables["answer"]
        assert (answer["status"], answer["body"], answer["value"]) == (200, None, None)
        assert "<html>" in answer["text"]
        assert "\x00" not in answer["text"]

    def test_what_the_service_repeats_of_our_secret_is_hidden(self, begin):
        hand = begin("'echo'")
        hand.call()
        assert "swordfish" not in json.dumps(hand.instance.state)
        assert "***" in hand.variables["answer"]["text"]

    def test_a_private_address_is_not_called_unless_allowed(self, begin, fake):
        OutsideService.objects.update(allow_private=False)
        hand = begin("'effect'")
        hand.call()
        assert (hand.status, fake.heard) == ("waiting_incident", [])

    def test_while_it_is_off_calls_wait(self, begin, erp, cast, fake):
        switch_outside_service(service_id=erp.pk, on=False, actor=cast.admin)
        hand = begin("'effect'")
        hand.call()
        assert (hand.job.attempts, fake.heard) == (0, [])
        switch_outside_service(service_id=erp.pk, on=True, actor=cast.admin)
        hand.call(later=timedelta(minutes=6))
        assert hand.names == ["look"]

    def test_its_own_rate_is_kept(self, begin, erp, fake, cast):
        OutsideService.objects.update(rate_per_minute=1)
        begin("'effect'").call()
        second = Caller.start("calling", cast.admin, data={})
        second.call()
        assert (second.status, second.job.attempts, len(fake.heard)) == ("active", 0, 1)
        assert second.job.limited_by == "workflows.call_service:erp"
        second.call(later=timedelta(minutes=2))
        assert second.names == ["look"]

    def test_a_secret_that_cannot_be_read_any_more_is_an_incident(self, begin, settings, fake):
        hand = begin("'effect'")
        settings.SECRET_KEY = "another key, much longer than that one was, for all we know"
        hand.call()
        assert "密钥" in hand.incident.message
        assert fake.heard == []

    def test_a_method_that_there_is_not(self, begin):
        hand = begin("'effect'", method="'TRACE'")
        hand.call()
        assert "TRACE" in hand.incident.message

    def test_a_service_that_nobody_granted_cannot_be_published(self, erp):
        with pytest.raises(services.DiagramRefusedError) as refusal:
            publish_drawing(calling("'effect'"), operations=("workflows.call_service:crm",))
        assert [problem.code for problem in refusal.value.problems] == ["operation_not_allowed"]


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("7", 7), ("0", 1), ("999999999999", 86400), ("soon", None), ("", None), ("-5", None), ("٣", None)],
)
def test_retry_after(given, seconds):
    answer = http.Answer(429, {"retry-after": given}, b"", 0.1)
    assert http._retry_after(answer) == seconds


def test_retry_after_as_a_date():
    with clock.travel(to := clock.now()):
        at = clock.now() + timedelta(seconds=100)
        answer = http.Answer(503, {"retry-after": at.strftime("%a, %d %b %Y %H:%M:%S GMT")}, b"", 0.1)
        with pytest.raises(Later) as later:
            http._refuse_bad_answer(answer)
        assert 95 <= later.value.seconds <= 101, to


@pytest.mark.parametrize(
    ("content", "path", "value"),
    [({"a": {"b": [1, {"c": "x"}]}}, "a.b.1.c", "x"), ({"a": 1.5}, "a", "1.5"), ({"a": None}, "a", None),
     ({"a": [1]}, "a.1", None), ([{"n": True}], "0.n", "true"), ("text", "a", None), ({"a": "\x00"}, "a", "�"),
     ({"a": {"b": 1}}, "a", '{"b": 1}')],
)  # fmt: skip
def test_picking_a_value(content, path, value):
    assert http._picked(content, path) == value


class TestManaging:
    def test_the_secret_is_kept_encrypted_and_audited_without_it(self, erp, cast):
        assert SECRET not in erp.secret
        assert secrets.decrypt(erp.secret) == SECRET
        change_outside_service(service_id=erp.pk, changes={"secret": "Bearer another-one"}, actor=cast.admin)
        told = json.dumps(list(AuditEntry.objects.values("action", "before", "after")), ensure_ascii=False)
        assert "swordfish" not in told
        assert "another-one" not in told
        assert '"secret": "new"' in told

    def test_an_empty_secret_leaves_it_as_it_is(self, erp, cast):
        changed = change_outside_service(
            service_id=erp.pk, changes={"secret": "", "timeout": 9}, revision=1, actor=cast.admin
        )
        assert (secrets.decrypt(changed.secret), changed.timeout, changed.revision) == (SECRET, 9, 2)
        with pytest.raises(Conflict):
            change_outside_service(service_id=erp.pk, changes={"timeout": 8}, revision=1, actor=cast.admin)

    def test_another_machine_does_not_get_the_secret(self, erp, cast):
        before = OutsideService.objects.values().get()
        with pytest.raises(ApplicationError) as refusal:
            change_outside_service(
                service_id=erp.pk, changes={"base_url": "https://evil.example.com"}, actor=cast.admin
            )
        assert "secret" in refusal.value.errors
        assert OutsideService.objects.values().get() == before
        change_outside_service(service_id=erp.pk, changes={"base_url": erp.base_url + "v2"}, actor=cast.admin)

    def test_private_addresses_are_for_system_administrators(self, ruler):
        with pytest.raises(ApplicationError) as refusal:
            make(ruler, "https://erp.example.com")
        assert set(refusal.value.errors) == {"allow_private"}
        with pytest.raises(ApplicationError) as refusal:
            make(ruler, "http://127.0.0.1:9000", allow_private=False)
        assert set(refusal.value.errors) == {"base_url"}
        service = make(ruler, "https://erp.example.com", allow_private=False)
        OutsideService.objects.filter(pk=service.pk).update(allow_private=True)
        with pytest.raises(ApplicationError) as refusal:
            change_outside_service(
                service_id=service.pk,
                changes={"base_url": "https://other.example.com", "secret": SECRET},
                actor=ruler,
            )
        assert set(refusal.value.errors) == {"base_url"}

    @pytest.mark.parametrize(
        ("field", "value"),
        [("code", "ERP"), ("code", "a:b"), ("code", ""), ("code", "1a"), ("code", "a" * 51), ("name_zh", ""),
         ("base_url", "ftp://x.example.com"), ("base_url", "https://u:p@x.example.com"),
         ("base_url", "https://x.example.com/?a=1"), ("base_url", "https://x.example.com/#a"),
         ("header_name", "Host"), ("header_name", "X Y"), ("header_name", "X:\r\nY"),
         ("header_name", "Idempotency-Key"), ("secret", "short"), ("secret", "a secret\r\nX-Evil: 1"),
         ("secret", "密钥密钥密钥密钥"), ("timeout", 0), ("timeout", 61), ("rate_per_minute", 0)],
    )  # fmt: skip
    def test_what_cannot_be_is_refused(self, cast, field, value):
        User.objects.filter(pk=cast.admin.pk).update(is_superuser=True)
        cast.admin.refresh_from_db()
        with pytest.raises(ApplicationError) as refusal:
            make(cast.admin, "https://erp.example.com", **{field: value})
        assert set(refusal.value.errors) == {field}
        assert not OutsideService.objects.exists()

    def test_a_header_and_its_secret_go_together(self, erp, cast):
        with pytest.raises(ApplicationError) as refusal:
            make(cast.admin, "https://crm.example.com", code="crm", secret="")
        assert set(refusal.value.errors) == {"secret"}
        with pytest.raises(ApplicationError) as refusal:
            make(cast.admin, "https://crm.example.com", code="crm", header_name="")
        assert set(refusal.value.errors) == {"header_name"}
        changed = change_outside_service(service_id=erp.pk, changes={"header_name": ""}, actor=cast.admin)
        assert changed.secret == ""

    def test_a_code_stands_once_and_stays(self, erp, cast):
        with pytest.raises(ApplicationError) as refusal:
            make(cast.admin, "https://crm.example.com")
        assert refusal.value.code == "code_taken"
        changed = change_outside_service(service_id=erp.pk, changes={"code": "other"}, actor=cast.admin)
        assert changed.code == "erp"

    def test_the_database_says_so_too(self, erp):
        for changes in ({"code": "A"}, {"secret": ""}, {"timeout": 0}, {"rate_per_minute": 0}):
            with pytest.raises(IntegrityError), transaction.atomic():
                OutsideService.objects.update(**changes)

    def test_others_may_not(self, erp, cast):
        before = OutsideService.objects.values().get()
        deeds = [
            lambda: make(cast.boss, "https://x.example.com", code="x"),
            lambda: change_outside_service(service_id=erp.pk, changes={"timeout": 9}, actor=cast.boss),
            lambda: switch_outside_service(service_id=erp.pk, on=False, actor=cast.boss),
            lambda: try_outside_service(service_id=erp.pk, actor=cast.boss),
        ]
        for deed in deeds:
            with pytest.raises((PermissionDenied, OutsideService.DoesNotExist)):
                deed()
        assert OutsideService.objects.values().get() == before

    def test_a_try_tells_the_status_and_no_more(self, erp, cast, fake):
        assert try_outside_service(service_id=erp.pk, actor=cast.admin).is_fine
        assert (fake.heard[0].method, fake.heard[0].key) == ("GET", "")
        assert fake.heard[0].headers["authorization"] == SECRET

    def test_a_try_says_why_there_is_no_answer(self, erp, cast, fake):
        OutsideService.objects.update(base_url="http://127.0.0.1:1025")
        found = try_outside_service(service_id=erp.pk, actor=cast.admin)
        assert not found.is_fine
        assert "没有" in found.reason


class TestMail:
    @pytest.fixture
    def server(self, settings):
        server = MailServer()
        settings.EMAIL_URL = server.start()
        yield server
        server.stop()

    @pytest.fixture
    def writing(self, cast):
        def begin(**params: str) -> Caller:
            drawing = Drawing("writing").start().end()
            given = {"subject": "'复核'", "text": "'请尽快处理。'", **params}
            drawing.service("write", "workflows.send_mail", result="letter", **given)
            user(drawing, "look").chain("start", "write", "look", "end")
            publish_drawing(drawing, operations=("workflows.send_mail",))
            return Caller.start("writing", cast.admin)

        User.objects.filter(username="rep2").update(email="rep2@example.com")
        User.objects.filter(username__startswith="finance").update(email="f@example.com")
        User.objects.filter(username="finance2").update(email="f2@example.com")
        return begin

    def test_a_letter_to_a_person(self, writing, server):
        hand = writing(to="'rep2'")
        key = hand.job.key
        hand.call()
        (letter,) = server.letters
        assert (letter["To"], letter["Subject"]) == ("rep2@example.com", "复核")
        from core.mail import message_id

        assert letter["Message-ID"] == message_id(key)
        assert hand.variables["letter"] == {"sent": True, "count": 1}

    def test_one_letter_to_everybody_of_a_role(self, writing, server):
        User.objects.get(username="finance2").roles.set(User.objects.get(username="finance").roles.all())
        hand = writing(role="'finance'")
        hand.call()
        (letter,) = server.letters
        assert letter["To"] == "f2@example.com, f@example.com"
        assert hand.variables["letter"]["count"] == 2

    def test_nobody_outside_is_written_to(self, writing, server):
        hand = writing(to="'someone@elsewhere.example.com'")
        hand.call()
        assert (hand.status, server.letters) == ("waiting_incident", [])

    @pytest.mark.parametrize("params", [{}, {"role": "'nothing'"}])
    def test_to_nobody(self, writing, server, params):
        hand = writing(**params)
        hand.call()
        assert server.letters == []
        assert hand.status == "waiting_incident" if not params else hand.variables["letter"]["sent"] is False

    def test_a_letter_whose_answer_got_lost_has_the_same_id(self, writing, server):
        server.answers.append("break")
        hand = writing(to="'rep2'")
        hand.call()
        hand.call(later=timedelta(minutes=1))
        assert len({letter["Message-ID"] for letter in server.letters}) == 1
        assert hand.names == ["look"]

    def test_a_subject_begins_no_header(self, writing, server):
        hand = writing(to="'rep2'", subject="'a\\nBcc: x@y.example.com'")
        hand.call()
        (letter,) = server.letters
        assert letter["Bcc"] is None

    def test_while_mail_is_off_the_case_goes_on(self, writing, settings):
        settings.EMAIL_URL = ""
        hand = writing(to="'rep2'")
        hand.call()
        assert hand.variables["letter"] == {"sent": False, "count": 0}
