"""People: entered, changed, invited, kept in order; the last administrator stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth.hashers import check_password
from django.core.exceptions import PermissionDenied
from django.db import connection

from core import clock
from core.errors import ApplicationError, Conflict
from core.jobs.runner import run_background_job
from core.models import AuditEntry, BackgroundJob, Department, Grant, Role, User
from core.people import administrators, found
from core.services.access import (
    accept_invitation,
    choose_password,
    end_access,
    invite_person,
    set_first_password,
)
from core.services.leaving import deactivate_person
from core.services.people import create_person, set_manager, update_own_profile, update_person
from core.services.quick_people import enter_people
from core.tokens import create_token
from tests.core.mail_server import MailServer

pytestmark = pytest.mark.django_db


def somebody(actor: User, username: str = "xinren", **more) -> User:
    return create_person(fields={"username": username, "display_name": "新人", **more}, actor=actor)


class TestEntering:
    def test_a_person_is_entered_with_roles_and_on_record(self, cast):
        person = create_person(
            fields={
                "username": "linxia",
                "display_name": "林夏",
                "email": "linxia@example.com",
                "department": Department.objects.get(code="sales1"),
                "manager": cast.manager1,
            },
            roles=Role.objects.filter(code="rep"),
            actor=cast.admin,
        )
        assert person.role_codes == {"rep"}
        assert person.is_invited
        entry = AuditEntry.objects.get(action="core.create_person")
        assert entry.actor == cast.admin
        assert entry.after["department"] == "sales1"
        assert entry.after["roles"] == ["rep"]

    def test_whoever_may_not_manage_people_enters_nobody(self, cast):
        before = User.objects.count()
        with pytest.raises(PermissionDenied):
            somebody(cast.boss)
        assert User.objects.count() == before

    @pytest.mark.parametrize("username", ["rep1", "REP1", "Rep1"])
    def test_user_names_differ_whatever_their_case(self, cast, username):
        before = User.objects.count()
        with pytest.raises(ApplicationError) as refusal:
            somebody(cast.admin, username)
        assert refusal.value.code == "username_taken"
        assert "username" in refusal.value.errors
        assert User.objects.count() == before

    @pytest.mark.parametrize("fields", [{"username": "a b"}, {"email": "x"}, {"display_name": ""}])
    def test_wrong_values_are_named(self, cast, fields):
        with pytest.raises(ApplicationError) as refusal:
            create_person(fields={"username": "x", "display_name": "甲", **fields}, actor=cast.admin)
        assert list(refusal.value.errors) == list(fields)

    def test_people_are_found_by_pinyin_user_name_and_phone(self, cast):
        somebody(cast.admin, "linxia", phone="13900001234")
        people = User.objects.all()
        assert found(people, "xinren").get().username == "linxia"
        assert found(people, "139000").get().username == "linxia"
        assert {one.username for one in found(people, "wangf")} == {"manager1"}

    def test_whoever_manages_one_department_enters_people_there_only(self, cast):
        role = Role.objects.create(code="lead", name_zh="主管", name_en="Lead")
        Grant.objects.create(role=role, permission="core.manage_people", scope="subtree")
        cast.director.roles.add(role)
        actor = User.objects.get(pk=cast.director.pk)
        assert somebody(actor, "a1", department=Department.objects.get(code="sales2")).pk
        with pytest.raises(ApplicationError) as refusal:
            somebody(actor, "a2", department=Department.objects.get(code="finance"))
        assert refusal.value.code == "out_of_reach"
        with pytest.raises(User.DoesNotExist):
            update_person(person_id=cast.finance.pk, revision=None, changes={"phone": "1"}, actor=actor)


class TestChanging:
    def test_nobody_gives_rights_that_they_do_not_have(self, cast):
        helper = Role.objects.create(code="helper", name_zh="人事助理", name_en="People helper")
        Grant.objects.create(role=helper, permission="core.manage_people", scope="department")
        cast.rep1.roles.add(helper)
        actor = User.objects.get(pk=cast.rep1.pk)
        administrators_role = Role.objects.get(code="process_admin")
        for person in (cast.rep1, cast.rep2):
            had = set(person.roles.values_list("code", flat=True))
            with pytest.raises(ApplicationError) as refused:
                update_person(
                    person_id=person.pk,
                    revision=None,
                    changes={},
                    roles=[*person.roles.all(), administrators_role],
                    actor=actor,
                )
            assert refused.value.code == "role_out_of_reach"
            assert set(person.roles.values_list("code", flat=True)) == had
        with pytest.raises(ApplicationError):
            create_person(
                fields={"username": "neu", "display_name": "新", "department": actor.department},
                roles=[administrators_role],
                actor=actor,
            )
        assert not User.objects.filter(username="neu").exists()
        # A role that grants nothing beyond their own they may give.
        update_person(person_id=cast.rep2.pk, revision=None, changes={}, roles=[helper], actor=actor)
        assert set(cast.rep2.roles.all()) == {helper}

    def test_nobody_takes_over_the_account_of_somebody_who_may_more(self, cast):
        helper = Role.objects.create(code="helper", name_zh="人事助理", name_en="People helper")
        Grant.objects.create(role=helper, permission="core.manage_people", scope="department")
        cast.rep1.roles.add(helper)
        actor = User.objects.get(pk=cast.rep1.pk)
        before = User.objects.get(pk=cast.manager1.pk).password
        with pytest.raises(PermissionDenied):
            set_first_password(person_id=cast.manager1.pk, actor=actor)
        assert User.objects.get(pk=cast.manager1.pk).password == before

    def test_a_change_on_top_of_an_older_state_is_refused(self, cast):
        seen = cast.rep1.revision
        update_person(person_id=cast.rep1.pk, revision=seen, changes={"phone": "1"}, actor=cast.admin)
        with pytest.raises(Conflict):
            update_person(person_id=cast.rep1.pk, revision=seen, changes={"phone": "2"}, actor=cast.admin)
        assert User.objects.get(pk=cast.rep1.pk).phone == "1"

    def test_nobody_is_led_in_a_circle(self, cast):
        for person, manager in ((cast.director, cast.rep1), (cast.rep1, cast.rep1)):
            before = person.manager_id
            with pytest.raises(ApplicationError) as refusal:
                set_manager(person_id=person.pk, manager=manager, actor=cast.admin)
            assert refusal.value.code == "manager_loop"
            assert User.objects.get(pk=person.pk).manager_id == before

    def test_nobody_makes_themselves_system_administrator(self, cast):
        with pytest.raises(PermissionDenied):
            update_person(
                person_id=cast.admin.pk, revision=None, changes={"is_superuser": True}, actor=cast.admin
            )
        assert not User.objects.filter(is_superuser=True).exists()

    def test_only_a_system_administrator_touches_another_one(self, cast):
        User.objects.filter(pk=cast.boss.pk).update(is_superuser=True)
        for deed in (
            lambda: set_first_password(person_id=cast.boss.pk, actor=cast.admin),
            lambda: invite_person(person_id=cast.boss.pk, actor=cast.admin),
            lambda: end_access(person_id=cast.boss.pk, actor=cast.admin),
            lambda: update_person(
                person_id=cast.boss.pk, revision=None, changes={"email": "a@b.cn"}, actor=cast.admin
            ),
        ):
            with pytest.raises(PermissionDenied):
                deed()
        assert User.objects.get(pk=cast.boss.pk).email == cast.boss.email

    def test_people_change_of_themselves_only_how_they_are_reached(self, cast):
        update_own_profile(
            revision=None,
            changes={"phone": "021-1", "username": "king", "is_superuser": True},
            actor=cast.rep1,
        )
        person = User.objects.get(pk=cast.rep1.pk)
        assert (person.phone, person.username, person.is_superuser) == ("021-1", "rep1", False)


class TestTheLastAdministrator:
    def test_cannot_lose_the_role(self, cast):
        with pytest.raises(ApplicationError) as refusal:
            update_person(person_id=cast.admin.pk, revision=None, changes={}, roles=[], actor=cast.admin)
        assert refusal.value.code == "last_administrator"
        assert administrators().get() == cast.admin

    def test_one_who_cannot_sign_in_does_not_count(self, cast):
        create_person(
            fields={"username": "second", "display_name": "乙"},
            roles=Role.objects.filter(code="process_admin"),
            actor=cast.admin,
        )
        with pytest.raises(ApplicationError):
            update_person(person_id=cast.admin.pk, revision=None, changes={}, roles=[], actor=cast.admin)

    @pytest.mark.django_db(transaction=True)
    def test_two_who_deactivate_each_other_leave_one(self, cast):
        cast.gm.roles.add(Role.objects.get(code="process_admin"))
        first, second = cast.admin.pk, cast.gm.pk
        together = Barrier(2)

        def deactivate(actor_id: int, person_id: int) -> bool:
            try:
                actor = User.objects.get(pk=actor_id)
                together.wait()
                deactivate_person(person_id=person_id, takers={}, for_all=cast.boss, actor=actor)
                return True
            except (ApplicationError, PermissionDenied):
                return False
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda pair: deactivate(*pair), [(first, second), (second, first)]))
        assert sorted(done) == [False, True]
        assert administrators().count() == 1


class TestGettingIn:
    PASSWORD = "liu-shui-xian-1"

    def link(self, person: User, admin: User) -> dict[str, str]:
        _join, key, token = invite_person(person_id=person.pk, actor=admin).strip("/").split("/")
        return {"key": key, "token": token}

    def test_a_link_works_once(self, cast):
        person = somebody(cast.admin)
        link = self.link(person, cast.admin)
        assert accept_invitation(**link, password=self.PASSWORD).check_password(self.PASSWORD)
        with pytest.raises(Conflict):
            accept_invitation(**link, password="another-pass-word-1")
        assert User.objects.get(pk=person.pk).check_password(self.PASSWORD)

    @pytest.mark.parametrize(("days", "works"), [(6, True), (8, False)])
    def test_a_link_holds_for_seven_days(self, cast, days, works):
        link = self.link(somebody(cast.admin), cast.admin)
        with clock.travel(timedelta(days=days)):
            if works:
                accept_invitation(**link, password=self.PASSWORD)
            else:
                with pytest.raises(Conflict):
                    accept_invitation(**link, password=self.PASSWORD)

    @pytest.mark.parametrize("key", ["", "!!", "OTk5OTk5", "gICA", "LTE"])
    def test_a_link_that_is_none_of_ours_is_refused(self, cast, key):
        with pytest.raises(Conflict):
            accept_invitation(key=key, token="a-b", password=self.PASSWORD)

    def test_the_link_goes_by_mail_and_stands_in_no_row(self, cast, settings):
        server = MailServer()
        settings.EMAIL_URL, settings.SITE_URL = server.start(), "https://flow.example.com"
        try:
            person = somebody(cast.admin, email="xinren@example.com")
            assert invite_person(person_id=person.pk, actor=cast.admin) == ""
            job = BackgroundJob.objects.get(kind="invitation")
            run_background_job(job.pk)
            (letter,) = server.letters
        finally:
            server.stop()
        job.refresh_from_db()
        assert "/join/" in letter.get_content()
        assert letter["To"] == "xinren@example.com"
        assert "join" not in str(job.payload) + str(job.result)

    def test_a_first_password_has_to_be_replaced_by_another_one(self, cast):
        password = set_first_password(person_id=cast.rep1.pk, actor=cast.admin)
        person = User.objects.get(pk=cast.rep1.pk)
        assert check_password(password, person.password)
        assert person.must_change_password
        with pytest.raises(ApplicationError) as refusal:
            choose_password(password=password, actor=person)
        assert refusal.value.code == "same_password"
        choose_password(password=self.PASSWORD, actor=person)
        assert not User.objects.get(pk=person.pk).must_change_password

    def test_signing_out_everywhere_ends_sessions_and_tokens(self, cast, signed_in):
        client = signed_in(cast.rep1)
        assert client.get("/inbox/").status_code == 200
        create_token(actor=cast.rep1)
        assert end_access(person_id=cast.rep1.pk, actor=cast.admin) == (1, 1)
        assert client.get("/inbox/").status_code == 302


class TestSeveralAtOnce:
    def test_lines_become_people(self, cast):
        lines = "王小明，，销售一部，销售代表，ming@example.com，manager1\nLi Wei\tliwei\tfinance\tFinance\n"
        entered = enter_people(lines=lines, with_password=True, actor=cast.admin)
        first, second = (User.objects.get(pk=one.person.pk) for one in entered)
        assert (first.username, first.department.code, first.manager) == (
            "wangxiaoming",
            "sales1",
            cast.manager1,
        )
        assert (second.username, second.role_codes) == ("liwei", {"finance"})
        person = User.objects.get(pk=second.pk)
        assert person.check_password(entered[1].password)
        assert person.must_change_password

    def test_one_wrong_line_and_nobody_is_entered(self, cast):
        before = User.objects.count()
        for lines in ("甲,,没有这个部门", "甲,,,没有这个角色", "甲\n乙,rep1", "甲,,,,,谁也不是", "", ",x"):
            with pytest.raises(ApplicationError) as refusal:
                enter_people(lines=lines, with_password=True, actor=cast.admin)
            assert refusal.value.errors["lines"]
        assert User.objects.count() == before
