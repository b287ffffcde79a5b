"""Grants open rows and deeds; without one nothing is open."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q

from core.actors import SystemActor
from core.models import Department, Grant, Role, User
from core.rights import declare, require, scope_q


@pytest.fixture
def clerk(cast) -> User:
    role = Role.objects.create(code="clerk", name_zh="文员", name_en="Clerk")
    person = User.objects.create(username="clerk", display_name="文员甲", department=cast.rep1.department)
    person.roles.add(role)
    return person


def grant(person: User, scope: str) -> User:
    Grant.objects.update_or_create(
        role=person.roles.get(), permission="core.try_something", defaults={"scope": scope}
    )
    return User.objects.get(pk=person.pk)


def reached(person: User) -> set[str]:
    """Which colleagues a permission reaches, taking each person as a row they own themselves."""
    q = scope_q(person, "core.try_something", owner="pk", department_path="department__path")
    return set(User.objects.filter(q).values_list("username", flat=True))


class TestScopes:
    def test_without_a_grant_nothing_is_reached_and_the_deed_is_refused(self, clerk):
        assert reached(clerk) == set()
        with pytest.raises(PermissionDenied):
            require(clerk, "core.try_something")

    def test_own_reaches_only_own_rows(self, clerk):
        assert reached(grant(clerk, "own")) == {"clerk"}

    def test_department_reaches_colleagues_but_not_the_team_next_door(self, clerk):
        assert reached(grant(clerk, "department")) == {"clerk", "manager1", "rep1", "rep2"}

    def test_subtree_of_sales_reaches_both_teams_but_not_finance(self, clerk):
        clerk.department = Department.objects.get(code="sales")
        clerk.save(update_fields=["department"])
        names = reached(grant(clerk, "subtree"))
        assert {"manager1", "rep3", "director", "assistant"} <= names
        assert "finance" not in names

    def test_all_reaches_everybody(self, clerk):
        assert reached(grant(clerk, "all")) == set(User.objects.values_list("username", flat=True))

    def test_a_disabled_person_holds_nothing(self, clerk):
        person = grant(clerk, "all")
        person.is_active = False
        assert not person.may("core.try_something")
        assert reached(person) == set()

    def test_a_department_path_is_not_a_prefix_of_another_with_a_longer_name(self, db):
        root = Department.objects.create(code="a", name="甲")
        Department.objects.create(code="ab", name="甲乙")
        assert list(Department.objects.filter(path__startswith=root.path)) == [root]

    def test_the_system_acts_without_grants_and_says_which_step_it_is(self):
        actor = SystemActor("contract_lifecycle:activate")
        assert actor.may("core.try_something")
        assert scope_q(actor, "core.try_something") == Q()
        assert actor.display_name == "contract_lifecycle:activate"


class TestConstraints:
    def test_nobody_is_their_own_manager(self, cast):
        with pytest.raises(IntegrityError, match="person_is_not_their_own_manager"), transaction.atomic():
            User.objects.filter(pk=cast.rep1.pk).update(manager=cast.rep1.pk)
        cast.rep1.refresh_from_db()
        assert cast.rep1.manager == cast.manager1

    def test_a_role_holds_a_permission_in_one_scope_only(self, clerk):
        grant(clerk, "own")
        with pytest.raises(IntegrityError, match="grant_once_per_role_and_permission"), transaction.atomic():
            Grant.objects.create(role=clerk.roles.get(), permission="core.try_something", scope="all")
        assert Grant.objects.get(permission="core.try_something").scope == "own"


def test_a_permission_cannot_be_declared_twice_with_different_names():
    declare("core.try_once", zh="试一次", en="Try once")
    declare("core.try_once", zh="试一次", en="Try once")
    with pytest.raises(ValueError, match=r"core\.try_once"):
        declare("core.try_once", zh="别的", en="Other")


def test_every_granted_permission_is_declared(cast):
    from core.rights import permissions

    granted = set(Grant.objects.values_list("permission", flat=True))
    assert granted - set(permissions()) == set()
