"""Members of the platform: what it tells is taken once and in any order, and new ones go round fairly (F10 to F15)."""

import itertools
import json
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from config.demo.codes import mobile
from config.platform_fake import sign
from config.platform_fake.server import DEMO_SECRET
from core import clock
from core.actors import SystemActor
from core.errors import ApplicationError, Conflict
from core.models import Substitution
from crm.models import AssignmentLog, AssignmentPool, Customer, MemberAccount, MemberEvent, OwnershipPeriod
from crm.services import create_customer
from crm.services.members import take_event
from crm.services.rotation import NEW_MEMBERS, pause_pool_member, set_pool_members
from service.models import MemberActivation
from service.services import ask_for_activation
from tests.processes.onboarding_walk import point_at
from tests.service.factory import contract_in_effect

PLATFORM = SystemActor("member_events")


def tell(kind: str = "approved", member: str = "M-1", event_id: str = "", *, ago: int = 0, **data):
    return take_event(
        event_id=event_id or f"{kind}-{member}-{ago}",
        kind=kind,
        external_id=member,
        at=clock.now() - timedelta(hours=ago),
        data=data,
        actor=PLATFORM,
    )


def newcomer(number: int) -> dict[str, str]:
    return {
        "company": f"新会员精密机械{number}有限公司",
        "contact_name": "陈经理",
        "mobile": mobile(50_000 + number),
    }


def account(member: str = "M-1") -> MemberAccount:
    return MemberAccount.objects.get(external_id=member)


def pool_of(*people) -> AssignmentPool:
    pool, _new = AssignmentPool.objects.get_or_create(
        code=NEW_MEMBERS, defaults={"name_zh": "新会员", "name_en": "New members"}
    )
    return set_pool_members(pool_id=pool.pk, people=people, actor=SystemActor("tests"))


def away(person, other) -> None:
    today = clock.today()
    Substitution.objects.create(
        person=person,
        substitute=other,
        starts_on=today,
        ends_on=today,
        created_by=person,
        created_at=clock.now(),
    )


def shares() -> Counter[str]:
    return Counter(Customer.objects.filter(owner__isnull=False).values_list("owner__username", flat=True))


class TestFairness:
    def test_a_hundred_members_over_three_with_one_absent(self, company):
        pool_of(company.rep1, company.rep2, company.rep3)
        away(company.rep2, company.rep1)
        before = shares()
        for number in range(100):
            tell(member=f"M-{number}", **newcomer(number))
        given = shares() - before
        assert given == {"rep1": 50, "rep3": 50}
        log = AssignmentLog.objects.all()
        assert log.count() == 100
        passed_over = Counter(one["why"] for row in log for one in row.skipped if one["user"] == "rep2")
        assert passed_over == {"away": 50}
        assert OwnershipPeriod.objects.filter(how="rotation", ended_at=None).count() == 100

    def test_nobody_there_leaves_it_in_the_pool(self, company):
        pool_of(company.rep1)
        away(company.rep1, company.rep2)
        tell(**newcomer(1))
        assert account().customer.pool_state == "pool"
        log = AssignmentLog.objects.get()
        assert (log.user, log.pointer_before, log.pointer_after) == (None, 0, 0)

    def test_a_new_customer_came_by_registering(self, company):
        pool_of(company.rep1)
        tell(**newcomer(1))
        assert account().customer.source == "registration"

    def test_who_is_paused_or_has_left_is_passed_over(self, company):
        pool = pool_of(company.rep1, company.rep2, company.rep3)
        pause_pool_member(
            member_id=pool.members.get(user=company.rep1).pk, is_paused=True, actor=company.director
        )
        type(company.rep2).objects.filter(pk=company.rep2.pk).update(is_active=False)
        tell(**newcomer(1))
        assert account().customer.owner == company.rep3
        assert [one["why"] for one in AssignmentLog.objects.get().skipped] == ["paused", "inactive"]

    def test_a_new_order_goes_on_after_the_same_person(self, company):
        pool_of(company.rep1, company.rep2, company.rep3)
        tell(member="M-1", **newcomer(1))
        pool_of(company.rep3, company.rep1, company.rep2)
        tell(member="M-2", **newcomer(2))
        assert account("M-2").customer.owner == company.rep2

    def test_one_that_is_not_important_stays_in_the_pool(self, company):
        pool_of(company.rep1)
        tell(important=False, **newcomer(1))
        assert account().customer.owner is None


@pytest.mark.django_db(transaction=True)
def test_many_at_once_go_round_as_fairly(company):
    pool_of(company.rep1, company.rep2, company.rep3)
    away(company.rep2, company.rep1)
    before = shares()
    failures: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for number in range(first, first + 10):
                tell(member=f"M-{number}", **newcomer(number))
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(first,)) for first in range(0, 40, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert shares() - before == {"rep1": 20, "rep3": 20}
    pointers = list(AssignmentLog.objects.order_by("pk").values_list("pointer_before", "pointer_after"))
    assert all(later[0] == earlier[1] for earlier, later in itertools.pairwise(pointers))


@pytest.mark.django_db(transaction=True)
def test_the_same_event_at_once_is_taken_once(company):
    pool_of(company.rep1)
    new: list[bool] = []

    def work() -> None:
        try:
            new.append(tell(event_id="same", **newcomer(1))[1])
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new) == [False, False, False, True]
    assert MemberEvent.objects.count() == AssignmentLog.objects.count() == 1


class TestWhoseItIs:
    def test_a_firm_that_somebody_tracks_gets_its_second_account(self, company):
        pool_of(company.rep1)
        known = create_customer(fields={"name": "老客户机械有限公司"}, contacts=[], actor=company.rep2)
        tell(member="M-1", company="老客户机械有限公司", contact_name="赵工")
        tell(member="M-2", company="老客户机械有限公司", contact_name="钱工")
        assert account("M-1").customer == account("M-2").customer == known
        assert not AssignmentLog.objects.exists()

    def test_one_in_the_pool_is_given_to_the_next(self, company):
        pool_of(company.rep1)
        known = create_customer(
            fields={"name": "公共库机械有限公司"}, contacts=[], in_pool=True, actor=company.assistant
        )
        tell(company="公共库机械有限公司")
        known.refresh_from_db()
        assert (account().customer, known.owner) == (known, company.rep1)

    def test_a_number_that_is_none_does_not_keep_a_member_out(self, company):
        pool_of(company.rep1)
        tell(company="电话写错有限公司", mobile="12", phone="abc", contact_name="")
        assert account().customer.owner == company.rep1


class TestEvents:
    def test_the_same_event_does_nothing_twice(self, db):
        _event, first = tell("login", login_count=3)
        _event, again = tell("login", login_count=3, event_id="login-M-1-0")
        assert (first, again, account().login_count) == (True, False, 3)

    def test_an_id_stands_for_one_event(self, db):
        tell("login", event_id="one")
        with pytest.raises(Conflict):
            tell("login", event_id="one", login_count=9)
        assert account().login_count == 1

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
    def test_in_any_order_it_comes_to_the_same(self, company, order):
        pool_of(company.rep1)
        told = [
            lambda: tell("approved", ago=9, **newcomer(1)),
            lambda: tell("login", ago=5, login_count=7, published={"supply": 2}),
            lambda: tell("login", ago=1, login_count=8, published={"supply": 5, "blog": 1}),
        ]
        for number in order:
            told[number]()
        found = account()
        assert (found.login_count, found.published, found.company) == (
            8,
            {"supply": 5, "blog": 1},
            newcomer(1)["company"],
        )
        assert clock.now() - found.last_login_at < timedelta(hours=2)
        assert found.customer.owner == company.rep1

    def test_an_older_profile_does_not_undo_a_newer_one(self, company):
        pool_of(company.rep1)
        tell("approved", ago=1, **newcomer(1))
        tell("approved", ago=5, company="旧名称有限公司")
        assert account().company == newcomer(1)["company"]

    @pytest.mark.parametrize(
        "wrong", [{"kind": "nonsense"}, {"member": ""}, {"member": "x" * 61}, {"ago": -48}]
    )
    def test_what_makes_no_sense_is_refused(self, db, wrong):
        with pytest.raises(ApplicationError) as refusal:
            tell(**{"kind": "login", "event_id": "e", **wrong})
        assert refusal.value.status == 400
        assert not MemberEvent.objects.exists()


class TestRulesOfTheDatabase:
    def test_logins_never_fall(self, db):
        tell("login", login_count=5)
        rows = MemberAccount.objects.filter(external_id="M-1")
        for change in (
            {"login_count": 4},
            {"last_login_at": None},
            {"last_login_at": clock.now() - timedelta(days=9)},
        ):
            with pytest.raises(IntegrityError, match="do not fall"), transaction.atomic():
                rows.update(**change)
        assert rows.get().login_count == 5

    def test_events_and_assignments_are_only_added(self, company):
        pool_of(company.rep1)
        tell(**newcomer(1))
        for rows in (MemberEvent.objects.all(), AssignmentLog.objects.all()):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**({"kind": "login"} if rows.model is MemberEvent else {"pointer_after": 9}))
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.all().delete()

    def test_an_event_and_a_member_stand_once(self, db):
        tell("login", event_id="one")
        with pytest.raises(IntegrityError), transaction.atomic():
            MemberEvent.objects.create(event_id="one", kind="login", at=clock.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            MemberAccount.objects.create(external_id="M-1")
        with pytest.raises(IntegrityError), transaction.atomic():
            MemberAccount.objects.create(external_id="")

    def test_the_pointer_stays_when_nobody_is_there(self, company):
        pool = pool_of(company.rep1)
        customer = create_customer(fields={"name": "甲乙丙有限公司"}, contacts=[], actor=company.rep1)
        with pytest.raises(IntegrityError), transaction.atomic():
            AssignmentLog.objects.create(pool=pool, customer=customer, pointer_before=0, pointer_after=1)


class TestTheDoor:
    URL = "/api/v1/member-events/"

    @pytest.fixture(autouse=True)
    def _platform(self, company):
        point_at("http://127.0.0.1:1")
        pool_of(company.rep1)

    def send(self, client, content=None, *, secret=DEMO_SECRET, seconds=None, body=None, event_id="e-1"):
        given = {
            "event_id": event_id,
            "kind": "approved",
            "external_id": "M-1",
            "at": clock.now().isoformat(),
            "data": newcomer(1),
            **(content or {}),
        }
        raw = body if body is not None else json.dumps(given).encode()
        moment = int(clock.now().timestamp()) if seconds is None else seconds
        return client.post(
            self.URL,
            raw,
            content_type="application/json",
            headers={
                "webhook-id": event_id,
                "webhook-timestamp": str(moment),
                "webhook-signature": f"v1,AAAA {sign(secret, event_id, moment, raw)}",
            },
        )

    def test_takes_it_once_without_a_session(self, client, company):
        first = self.send(client)
        assert (first.status_code, first.json()) == (201, {"event_id": "e-1", "is_new": True})
        assert account().customer.owner == company.rep1

    def test_the_same_bytes_again_change_nothing(self, client):
        body = json.dumps(
            {"event_id": "e-1", "kind": "login", "external_id": "M-1", "at": clock.now().isoformat()}
        ).encode()
        assert self.send(client, body=body).status_code == 201
        assert self.send(client, body=body).status_code == 200
        assert account().login_count == 1

    def test_a_wrong_secret_an_old_copy_and_changed_bytes_are_refused(self, client):
        other = DEMO_SECRET[:-4] + "AAA="
        assert self.send(client, secret=other).status_code == 401
        old = int(clock.now().timestamp()) - 3600
        assert self.send(client, seconds=old).status_code == 401
        assert client.post(self.URL, b"{}", content_type="application/json").status_code == 401
        assert self.send(client, {"event_id": "another"}).status_code == 401
        assert not MemberEvent.objects.exists()

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"{", b"null", b"\xff\xfe", b'{"a": NaN}', b'{"event_id": {"x": 1}}', b'"x"']
    )
    def test_whatever_is_sent_is_answered_with_a_problem(self, client, body):
        answer = self.send(client, body=body)
        assert 400 <= answer.status_code < 500
        assert answer.headers["Content-Type"].startswith("application/problem+json")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"kind": "x"}, {"at": "yesterday"}, {"at": "9999-12-31T00:00:00Z"}, {"external_id": None}, {"data": []},
            {"more": 1}, {"external_id": "a\u0000b"}, {"kind": "membership", "data": {"request_key": 5}},
        ],
    )  # fmt: skip
    def test_a_signed_event_that_does_not_fit_is_a_problem_too(self, client, wrong):
        answer = self.send(client, wrong)
        assert 400 <= answer.status_code < 500
        assert not MemberAccount.objects.exists()

    def test_without_the_external_system_nothing_is_taken(self, client):
        from workflows.models import OutsideService

        OutsideService.objects.all().delete()
        assert self.send(client).status_code == 401

    def test_an_answer_about_a_membership_reaches_its_request(self, client, company):
        contract = contract_in_effect(company, company.rep1)
        key = ask_for_activation(contract_id=contract.pk, kind="activate", actor=PLATFORM)
        data = {"request_key": key, "status": "done", "external_id": "M-1"}
        assert self.send(client, {"kind": "membership", "data": data}).status_code == 201
        assert MemberActivation.objects.get(request_key=key).state == "ok"
        found = account()
        assert (found.plan, found.paid_until, found.customer) == ("VIP-S", contract.end_on, contract.customer)
