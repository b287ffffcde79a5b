"""Deliveries to a real server: signed, tried again, never lost, told apart by their id."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from core import clock
from core.jobs.runner import run_background_job
from core.models import AuditEntry, BackgroundJob, WebhookDelivery, WebhookEndpoint
from core.webhooks import announce, delivery
from core.webhooks.delivery import PAUSES
from core.webhooks.endpoints import change_endpoint, delete_endpoint, recreate_secret, switch_endpoint
from core.webhooks.replaying import replay_delivery, replay_failed, send_test
from core.webhooks.sending import forget_old_deliveries, mend_lost_deliveries
from tests.core.receiver import Say
from tests.webhooks.conftest import only_delivery, verified, work

pytestmark = pytest.mark.django_db
EVENT = "customer.created"


@pytest.fixture
def endpoint(subscribe):
    return subscribe(EVENT)


def tell(number: int = 1) -> None:
    announce(EVENT, {"id": str(number), "name": "东方阀门"})


class TestTheFirstTry:
    def test_it_is_signed_and_on_record(self, endpoint, receiver):
        tell()
        assert work() == 1
        sent, row = receiver.requests[0], only_delivery()
        message = verified(sent, endpoint.plain)
        assert message.id == row.message_id
        assert message.data == {"id": "1", "name": "东方阀门"}
        assert sent.headers["content-type"] == "application/json"
        assert (row.status, row.tries, row.last_code) == ("delivered", 1, 200)
        attempt = row.attempts.get()
        assert (attempt.number, attempt.code, attempt.response) == (1, 200, "thanks")
        assert attempt.seconds > 0
        assert BackgroundJob.objects.get().status == "done"

    def test_another_secret_does_not_verify(self, endpoint, receiver, subscribe):
        tell()
        work()
        with pytest.raises(AssertionError):
            verified(receiver.requests[0], subscribe(EVENT, name="other").plain)

    def test_a_changed_body_does_not_verify(self, endpoint, receiver):
        tell()
        work()
        sent = receiver.requests[0]
        with pytest.raises(AssertionError):
            verified(type(sent)(sent.method, sent.path, sent.headers, sent.body + b" "), endpoint.plain)

    def test_the_answer_is_kept_up_to_a_thousand_characters(self, endpoint, receiver):
        receiver.script = [Say(body=("好" * 3000).encode())]
        tell()
        work()
        assert only_delivery().attempts.get().response == "好" * 1000


class TestTriedAgain:
    @pytest.mark.parametrize("say", [Say(500), Say(302), Say(404), Say(429), Say(hang_up=True)], ids=str)
    def test_until_it_is_taken(self, endpoint, receiver, say):
        receiver.script = [say, say]
        tell()
        work()
        row = only_delivery()
        assert (row.status, row.tries) == ("pending", 1)
        assert PAUSES[0] <= row.next_try_at - row.round_began_at <= PAUSES[0] * 1.1 + timedelta(seconds=5)
        assert work() == 0
        with clock.travel(PAUSES[0] * 1.2):
            work()
        with clock.travel(timedelta(minutes=3)):
            work()
            bodies = {one.body for one in receiver.requests}
            ids = {verified(one, endpoint.plain).id for one in receiver.requests}
        row.refresh_from_db()
        assert (row.status, row.tries) == ("delivered", 3)
        assert len(receiver.requests) == 3
        assert len(bodies) == len(ids) == 1

    def test_after_a_timeout(self, endpoint, receiver, monkeypatch):
        monkeypatch.setattr(delivery, "TIMEOUT", 0.3)
        receiver.script = [Say(hang=True)]
        tell()
        work()
        row = only_delivery()
        assert (row.status, row.attempts.get().failure) == ("pending", "timeout")
        with clock.travel(timedelta(minutes=1)):
            work()
        row.refresh_from_db()
        assert row.status == "delivered"

    def test_for_about_three_days_and_then_no_more(self, endpoint, receiver):
        receiver.script = [Say(500)] * 100
        tell()
        began = clock.now()
        for _ in range(len(PAUSES) + 5):
            row = only_delivery()
            if not row.is_pending:
                break
            with clock.travel(max(row.next_try_at - clock.now(), timedelta(0)) + timedelta(seconds=1)):
                # A receiver that rests is asked by the next who comes; here that is the same delivery.
                WebhookEndpoint.objects.update(paused_until=None)
                work()
                ended = clock.now()
        row.refresh_from_db()
        assert (row.status, row.tries) == ("failed", len(PAUSES) + 1)
        assert timedelta(days=2, hours=18) < ended - began < timedelta(days=3, hours=12)
        assert row.attempts.count() == len(receiver.requests) == len(PAUSES) + 1
        assert BackgroundJob.objects.get().status == "done"

    @pytest.mark.parametrize("status", [429, 503])
    @pytest.mark.parametrize("as_date", [False, True])
    def test_not_before_the_receiver_wants_it(self, endpoint, receiver, status, as_date):
        asked = format_datetime(clock.now() + timedelta(seconds=3600)) if as_date else "3600"
        receiver.script = [Say(status, {"Retry-After": asked})]
        tell()
        work()
        row = only_delivery()
        assert timedelta(minutes=59) < row.next_try_at - clock.now() <= timedelta(minutes=60)
        with clock.travel(timedelta(minutes=50)):
            assert work() == 0
        with clock.travel(timedelta(minutes=61)):
            work()
        row.refresh_from_db()
        assert row.status == "delivered"

    @pytest.mark.parametrize("text", ["", "soon", "-5", "1e9", "9" * 400, "Wed, 99 Foo 2026", "٣"])
    def test_any_retry_after(self, text):
        assert timedelta(0) <= delivery.retry_after(text, clock.now()) <= timedelta(days=1)

    def test_without_end_a_retry_after_does_not_keep_it_for_ever(self, endpoint, receiver):
        receiver.script = [Say(503, {"Retry-After": "999999999"})] * 20
        tell()
        for days in range(10):
            with clock.travel(timedelta(days=days, hours=days)):
                work()
        assert only_delivery().status == "failed"
        assert len(receiver.requests) <= 5

    def test_a_worker_that_dies_after_the_call_calls_again_with_the_same_id(
        self, endpoint, receiver, monkeypatch
    ):
        tell()
        job = BackgroundJob.objects.get()

        def die(*args):
            raise SystemExit

        monkeypatch.setattr(delivery, "_record", die)
        with pytest.raises(SystemExit):
            run_background_job(job.pk)
        monkeypatch.undo()
        assert only_delivery().status == "pending"
        with clock.travel(timedelta(minutes=4)):
            work()
            assert len({verified(one, endpoint.plain).id for one in receiver.requests}) == 1
        assert len(receiver.requests) == 2
        assert only_delivery().status == "delivered"


class TestReceiversThatAreAway:
    def test_gone_switches_the_endpoint_off_and_says_why(self, endpoint, receiver):
        receiver.script = [Say(410)]
        tell(1)
        tell(2)
        work()
        endpoint.refresh_from_db()
        assert (endpoint.is_active, endpoint.off_reason) == (False, "gone")
        assert sorted(WebhookDelivery.objects.values_list("status", flat=True)) == ["disabled", "failed"]
        assert len(receiver.requests) == 1
        assert AuditEntry.objects.filter(action="core.webhook_gone").count() == 1
        tell(3)
        assert WebhookDelivery.objects.count() == 2

    def test_one_that_fails_again_and_again_is_left_alone_for_a_while(self, endpoint, receiver):
        receiver.script = [Say(500)] * 5
        for number in range(8):
            tell(number)
        work()
        assert len(receiver.requests) == 5
        endpoint.refresh_from_db()
        assert endpoint.failures == 5
        assert endpoint.paused_until > clock.now()
        # Those that were not tried have used up nothing.
        assert WebhookDelivery.objects.filter(status="pending", tries=0).count() == 3
        with clock.travel(timedelta(minutes=10)):
            work()
        endpoint.refresh_from_db()
        assert (endpoint.failures, endpoint.paused_until) == (0, None)
        assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {"delivered"}

    def test_a_private_address_is_not_called_and_not_tried_again(self, endpoint, receiver, settings):
        settings.WEBHOOK_ALLOWED_NETS = []
        tell()
        work()
        row = only_delivery()
        assert (row.status, row.attempts.get().failure) == ("failed", "forbidden")
        assert receiver.requests == []

    def test_a_redirect_into_the_own_network_is_not_followed(self, endpoint, receiver):
        receiver.script = [Say(307, {"Location": "http://169.254.169.254/latest/meta-data/"})]
        tell()
        work()
        assert only_delivery().last_code == 307
        assert len(receiver.requests) == 1

    def test_switched_off_meanwhile_nothing_is_sent(self, endpoint, receiver, cast):
        tell()
        switch_endpoint(endpoint_id=endpoint.pk, on=False, actor=cast.admin)
        work()
        assert only_delivery().status == "disabled"
        assert receiver.requests == []

    def test_deleted_meanwhile_nothing_is_sent(self, endpoint, receiver, cast):
        tell()
        delete_endpoint(endpoint_id=endpoint.pk, actor=cast.admin)
        work()
        assert receiver.requests == []
        assert not WebhookDelivery.objects.exists()
        assert BackgroundJob.objects.get().status == "done"

    def test_another_address_is_called_from_then_on(self, endpoint, receiver, cast):
        receiver.script = [Say(500)]
        tell()
        work()
        change_endpoint(endpoint_id=endpoint.pk, changes={"url": receiver.url + "/new"}, actor=cast.admin)
        with clock.travel(timedelta(minutes=1)):
            work()
        assert [one.path for one in receiver.requests] == ["/hook", "/hook/new"]


class TestReplay:
    def test_the_receiver_knows_it_by_its_id(self, endpoint, receiver, cast):
        tell()
        work()
        row = only_delivery()
        replay_delivery(delivery_id=row.pk, actor=cast.admin)
        work()
        first, second = (verified(one, endpoint.plain) for one in receiver.requests)
        assert first.id == second.id
        assert receiver.requests[0].body == receiver.requests[1].body
        row.refresh_from_db()
        assert (row.status, row.round, row.attempts.count()) == ("delivered", 2, 2)

    def test_everything_that_failed_since(self, endpoint, receiver, cast):
        receiver.script = [Say(410)]
        tell(1)
        work()
        switch_endpoint(endpoint_id=endpoint.pk, on=True, actor=cast.admin)
        tell(2)
        work()
        with clock.travel(timedelta(days=1)):
            since = clock.now()
            assert replay_failed(endpoint_id=endpoint.pk, since=since, actor=cast.admin) == 0
            assert (
                replay_failed(endpoint_id=endpoint.pk, since=since - timedelta(days=2), actor=cast.admin) == 1
            )
            assert work() == 1
        assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {"delivered"}

    def test_a_test_says_that_it_is_one(self, endpoint, receiver, cast):
        send_test(endpoint_id=endpoint.pk, actor=cast.admin)
        work()
        assert verified(receiver.requests[0], endpoint.plain).type == "webhook.test"


class TestTwoSecrets:
    def test_both_sign_during_the_overlap_then_only_the_new_one(self, endpoint, receiver, cast):
        old = endpoint.plain
        _, new = recreate_secret(endpoint_id=endpoint.pk, actor=cast.admin, overlap=timedelta(hours=24))
        assert new != old
        tell()
        work()
        verified(receiver.requests[0], old)
        verified(receiver.requests[0], new)
        with clock.travel(timedelta(hours=25)):
            tell()
            work()
            verified(receiver.requests[1], new)
            with pytest.raises(AssertionError, match="signature"):
                verified(receiver.requests[1], old)

    def test_a_leaked_one_ends_at_once(self, endpoint, receiver, cast):
        old = endpoint.plain
        recreate_secret(endpoint_id=endpoint.pk, actor=cast.admin, overlap=timedelta(0))
        tell()
        work()
        with pytest.raises(AssertionError, match="signature"):
            verified(receiver.requests[0], old)

    def test_after_a_new_secret_key_the_old_one_is_a_fallback(self, endpoint, receiver, settings):
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-secret-key-of-this-installation-0123456789"
        tell()
        work()
        verified(receiver.requests[0], endpoint.plain)

    def test_an_unreadable_secret_fails_and_says_so(self, endpoint, receiver, settings):
        settings.SECRET_KEY = "another-secret-key-of-this-installation-0123456789"
        tell()
        work()
        assert (only_delivery().status, only_delivery().attempts.get().failure) == (
            "failed",
            "unreadable_secret",
        )
        assert receiver.requests == []


class TestNothingIsLost:
    def test_a_delivery_whose_job_was_deleted_gets_one(self, endpoint, receiver):
        tell()
        BackgroundJob.objects.all().delete()
        assert mend_lost_deliveries() == 0
        with clock.travel(timedelta(minutes=1)):
            assert mend_lost_deliveries() == 1
            assert mend_lost_deliveries() == 0
            work()
        assert only_delivery().status == "delivered"
        assert len(receiver.requests) == 1

    def test_one_that_waits_for_its_next_try_is_not_mended(self, endpoint, receiver):
        receiver.script = [Say(500)]
        tell()
        work()
        with clock.travel(timedelta(minutes=2)):
            assert mend_lost_deliveries() == 0

    def test_old_ones_are_forgotten_those_on_their_way_are_not(self, endpoint, receiver):
        tell(1)
        work()
        receiver.script = [Say(500)]
        tell(2)
        work()
        assert forget_old_deliveries() == 0
        with clock.travel(timedelta(days=91)):
            assert forget_old_deliveries() == 1
        assert only_delivery().payload["id"] == "2"
