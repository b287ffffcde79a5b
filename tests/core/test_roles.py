"""Roles and what they are granted: seen before it is saved, and never so that nobody could grant any more."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from core import who
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, Grant, Role, User
from core.people import administrators
from core.services import grants, roles
from core.subjects import kind_named

pytestmark = pytest.mark.django_db


def fields(**more):
    return {"name_zh": "前台", "name_en": "Front Desk", "description": "接待", **more}


def everything():
    return (
        list(Role.objects.values()),
        list(Grant.objects.order_by("pk").values()),
        list(User.roles.through.objects.order_by("pk").values()),
        AuditEntry.objects.count(),
    )


def refused(deed, code):
    before = everything()
    with pytest.raises(ApplicationError) as refusal:
        deed()
    assert refusal.value.code == code
    assert everything() == before


@pytest.fixture
def local_admin(cast):
    """Somebody who manages the people of their own department."""
    role = Role.objects.create(code="local", name_zh="部门人事", name_en="Local people")
    Grant.objects.create(role=role, permission="core.manage_people", scope="department")
    cast.manager1.roles.add(role)
    return User.objects.get(pk=cast.manager1.pk)


class TestRoles:
    def test_a_role_is_made_and_its_code_comes_of_the_english_name(self, cast):
        role = roles.create_role(fields=fields(), actor=cast.admin)
        assert (role.code, role.name_zh) == ("front_desk", "前台")
        assert AuditEntry.objects.get(action="core.create_role").after["code"] == "front_desk"

    def test_a_copy_has_the_rights_and_not_the_people(self, cast):
        source = Role.objects.get(code="rep")
        copy = roles.create_role(fields=fields(), copy_of=source.pk, actor=cast.admin)
        assert grants.grants_of(copy) == grants.grants_of(source) != {}
        assert not copy.users.exists()

    def test_renaming_keeps_the_code(self, cast):
        role = Role.objects.get(code="rep")
        roles.update_role(role_id=role.pk, changes={"name_zh": "顾问", "code": "x"}, actor=cast.admin)
        assert list(Role.objects.filter(code="rep").values_list("name_zh", flat=True)) == ["顾问"]

    def test_two_roles_of_one_name_are_refused(self, cast):
        refused(lambda: roles.create_role(fields=fields(name_zh="财务"), actor=cast.admin), "invalid")

    def test_a_role_that_people_have_stays(self, cast):
        refused(
            lambda: roles.delete_role(role_id=Role.objects.get(code="finance").pk, actor=cast.admin),
            "role_in_use",
        )

    def test_a_role_that_a_published_version_names_stays_and_says_by_which(self, cast, start_approval):
        role = Role.objects.get(code="rep")
        role.users.clear()
        with pytest.raises(ApplicationError) as refusal:
            roles.delete_role(role_id=role.pk, actor=cast.admin)
        assert "测试流程（第 1 版）" in str(refusal.value)
        assert Role.objects.filter(pk=role.pk).exists()

    def test_a_role_that_nothing_names_goes_with_its_grants(self, cast):
        copy = roles.create_role(fields=fields(), copy_of=Role.objects.get(code="rep").pk, actor=cast.admin)
        roles.delete_role(role_id=copy.pk, actor=cast.admin)
        assert not Grant.objects.filter(role=copy.pk).exists()
        assert AuditEntry.objects.get(action="core.delete_role").before["code"] == "front_desk"

    def test_several_people_at_once(self, cast):
        role = roles.create_role(fields=fields(), actor=cast.admin)
        people = [cast.rep1.pk, cast.rep2.pk]
        assert roles.change_members(role_id=role.pk, add=people, actor=cast.admin) == (2, 0)
        assert roles.change_members(
            role_id=role.pk, add=[cast.rep3.pk], remove=[cast.rep1.pk, cast.finance.pk], actor=cast.admin
        ) == (1, 1)
        assert set(role.users.values_list("username", flat=True)) == {"rep2", "rep3"}
        entry = AuditEntry.objects.filter(action="core.change_role_members").latest("pk")
        assert (entry.before, entry.after) == ({"removed": ["rep1"]}, {"added": ["rep3"]})

    def test_nobody_takes_the_last_administrators_role(self, cast):
        User.objects.filter(is_superuser=True).exclude(pk=cast.admin.pk).update(is_superuser=False)
        User.objects.filter(pk=cast.admin.pk).update(is_superuser=False)
        role = Role.objects.get(code="process_admin")
        members = list(role.users.values_list("pk", flat=True))
        actor = User.objects.get(pk=cast.admin.pk)
        refused(
            lambda: roles.change_members(role_id=role.pk, remove=members, actor=actor), "last_administrator"
        )

    def test_who_manages_one_department_changes_no_role(self, cast, local_admin):
        role = Role.objects.get(code="rep")
        before = everything()
        for deed in (
            lambda: roles.create_role(fields=fields(), actor=local_admin),
            lambda: roles.update_role(role_id=role.pk, changes={"name_zh": "x"}, actor=local_admin),
            lambda: roles.delete_role(role_id=role.pk, actor=local_admin),
            lambda: roles.change_members(role_id=role.pk, add=[local_admin.pk], actor=local_admin),
            lambda: grants.set_grants(role_id=role.pk, wanted={}, seen="", actor=local_admin),
        ):
            with pytest.raises(PermissionDenied):
                deed()
        assert everything() == before


class TestGrants:
    @pytest.fixture
    def rep(self, cast) -> Role:
        return Role.objects.get(code="rep")

    def save(self, role, wanted, actor):
        seen = grants.fingerprint(grants.grants_of(role))
        return grants.set_grants(role_id=role.pk, wanted=wanted, seen=seen, actor=actor)

    def test_one_change_for_the_whole_difference(self, cast, rep):
        wanted = {"crm.view_customer": "all", "crm.edit_customer": "", "crm.import_customers": "all"}
        changes = self.save(rep, wanted, cast.admin)
        assert [(one.permission.code, one.before, one.after) for one in changes] == [
            ("crm.view_customer", "own", "all"),
            ("crm.edit_customer", "own", ""),
            ("crm.import_customers", "", "all"),
        ]
        now = grants.grants_of(rep)
        assert (now["crm.view_customer"], "crm.edit_customer" in now) == ("all", False)
        assert AuditEntry.objects.filter(action="core.change_grants").count() == 1

    def test_it_holds_at_once(self, cast, rep):
        self.save(rep, {"crm.view_customer": ""}, cast.admin)
        assert not User.objects.get(pk=cast.rep1.pk).may("crm.view_customer")

    @pytest.mark.parametrize(
        ("wanted", "code"),
        [
            ({"crm.fly": "all"}, "unknown_permission"),
            ({"core.manage_calendar": "own"}, "senseless_scope"),
            ({"crm.edit_customer": "everything"}, "senseless_scope"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, cast, rep, wanted, code):
        refused(lambda: self.save(rep, wanted, cast.admin), code)

    def test_a_decision_on_older_grants_is_refused(self, cast, rep):
        seen = grants.fingerprint(grants.grants_of(rep))
        self.save(rep, {"crm.import_customers": "all"}, cast.admin)
        before = everything()
        with pytest.raises(Conflict):
            grants.set_grants(role_id=rep.pk, wanted={"crm.edit_customer": ""}, seen=seen, actor=cast.admin)
        assert everything() == before

    @pytest.mark.parametrize("scope", ["", "department"])
    def test_nobody_locks_out_the_last_administrator(self, cast, scope):
        User.objects.update(is_superuser=False)
        role = Role.objects.get(code="process_admin")
        actor = User.objects.get(pk=cast.admin.pk)
        refused(lambda: self.save(role, {"core.manage_people": scope}, actor), "last_administrator")

    def test_what_it_means_is_said_with_numbers(self, cast, rep):
        from crm.services import create_customer

        create_customer(fields={"name": "别人的客户"}, actor=cast.rep2)
        changes = grants.difference(rep, {"crm.view_customer": "all"})
        words = grants.meaning(rep, changes)
        assert "李雷能看到 1 个客户（原来 0 个）。" in words
        assert grants.grants_of(rep)["crm.view_customer"] == "own", "nothing is saved"


class TestWho:
    def test_rights_name_the_roles_they_come_by(self, cast):
        cast.rep1.roles.add(Role.objects.get(code="assistant"))
        found = {one.permission.code: one for one in who.rights_of(cast.rep1)}
        one = found["crm.view_customer"]
        assert (one.scope, sorted(role.code for role, _scope in one.roles)) == ("all", ["assistant", "rep"])

    def test_from_the_other_end_it_is_the_same(self, cast):
        for permission in ("crm.view_customer", "contracts.confirm_payment", "core.manage_people"):
            holders = {one.person.username for one in who.holders_of(permission)}
            assert holders == {person.username for person in User.objects.all() if person.may(permission)}

    def test_who_sees_a_row_is_whoever_finds_it(self, cast):
        from crm.services import create_customer

        customer = create_customer(fields={"name": "云上"}, actor=cast.rep1)
        kind = kind_named("crm.customer")
        found = {one.person.username: one for one in who.who_sees(kind, customer.pk)}
        expected = {
            person.username
            for person in User.objects.filter(is_active=True)
            if kind.rows_for(person).filter(pk=customer.pk).exists()
        }
        assert set(found) == expected
        assert (found["rep1"].scope, found["manager1"].scope) == ("own", "subtree")
        assert "rep3" not in found

    def test_who_may_change_a_row(self, cast):
        from crm.services import create_customer

        customer = create_customer(fields={"name": "云上"}, actor=cast.rep1)
        found = who.who_may_with(kind_named("crm.customer"), customer.pk, "crm.edit_customer")
        assert {"rep1", "manager1", "director"} <= {one.person.username for one in found}
        assert "finance" not in {one.person.username for one in found}


@pytest.fixture
def start_approval(cast):
    from tests.workflows import diagrams
    from tests.workflows.conftest import publish_diagram

    return publish_diagram("approval", diagrams.APPROVAL)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Two administrators take each other's rights at the same moment: one of them remains."""

    def together(self, cast, deed) -> None:
        for name, person in (("one", cast.admin), ("two", cast.gm)):
            person.roles.clear()
            role = Role.objects.create(code=name, name_zh=name, name_en=name)
            Grant.objects.create(role=role, permission="core.manage_people", scope="all")
            person.roles.add(role)
        User.objects.update(is_superuser=False)
        Grant.objects.exclude(role__code__in=["one", "two"]).filter(permission="core.manage_people").delete()
        barrier = Barrier(2)

        def take(pair) -> bool:
            actor, role = User.objects.get(pk=pair[0].pk), Role.objects.get(code=pair[1])
            try:
                assert actor.may("core.manage_people")
                barrier.wait(30)
                deed(actor, role)
                return True
            except (ApplicationError, PermissionDenied):
                return False
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(take, [(cast.admin, "two"), (cast.gm, "one")])) == [False, True]
        assert administrators().count() == 1

    def test_by_the_grants_of_their_roles(self, cast):
        self.together(
            cast,
            lambda actor, role: grants.set_grants(
                role_id=role.pk,
                wanted={"core.manage_people": ""},
                seen=grants.fingerprint({"core.manage_people": "all"}),
                actor=actor,
            ),
        )

    def test_by_the_people_of_their_roles(self, cast):
        def take(actor, role):
            members = list(role.users.values_list("pk", flat=True))
            roles.change_members(role_id=role.pk, remove=members, actor=actor)

        self.together(cast, take)

    def test_who_lost_the_right_while_waiting_does_nothing_more(self, cast):
        actor = User.objects.get(pk=cast.admin.pk)
        assert actor.may("core.manage_people")
        Grant.objects.filter(permission="core.manage_people").delete()
        before = everything()
        with pytest.raises(PermissionDenied):
            roles.create_role(fields=fields(), actor=actor)
        assert everything() == before
