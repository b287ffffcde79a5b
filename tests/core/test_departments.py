"""The tree of departments: rows follow when it moves, and nothing is lost when two become one."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, transaction

from core.actors import SystemActor
from core.departments import path_holders
from core.errors import ApplicationError
from core.models import Department, User
from core.services.departments import (
    create_department,
    create_departments,
    delete_department,
    merge_department,
    move_department,
    rename_department,
)
from crm.models import Customer
from crm.services import assign_customer
from tests.contracts.factory import customer_of, draft_of
from workflows.models import ProcessInstance, WorkItem

pytestmark = pytest.mark.django_db


def department(code: str) -> Department:
    return Department.objects.get(code=code)


def paths() -> dict[str, str]:
    return dict(Department.objects.values_list("code", "path"))


def test_every_column_with_a_path_is_registered():
    held = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name.endswith("department_path")
    }
    assert held == set(path_holders())


class TestMoving:
    def test_everything_below_and_all_business_follows(self, company):
        from contracts.services import start_contract
        from tests.contracts.factory import instalments, membership, term

        customer = customer_of(company.rep1)
        contract = start_contract(
            customer_id=customer.pk,
            actor=company.rep1,
            fields=term(),
            lines=[membership()],
            plan=instalments((10, "12800.00")),
        )
        elsewhere = draft_of(company.rep3)
        move_department(
            department_id=department("sales").pk, parent=department("marketing"), actor=company.admin
        )
        new = "/hq/marketing/sales/sales1/"
        assert paths()["sales1"] == new
        customer.refresh_from_db()
        contract.refresh_from_db()
        elsewhere.refresh_from_db()
        assert (customer.department_path, contract.department_path) == (new, new)
        assert elsewhere.department_path == "/hq/marketing/sales/sales2/"
        assert set(ProcessInstance.objects.values_list("department_path", flat=True)) == {new}
        assert set(WorkItem.objects.values_list("department_path", flat=True)) == {new}

    def test_a_department_whose_name_begins_alike_stays(self, cast):
        before = paths()
        move_department(department_id=department("sales1").pk, parent=department("hq"), actor=cast.admin)
        assert paths() == {**before, "sales1": "/hq/sales1/"}

    @pytest.mark.parametrize("below", ["sales", "sales1"])
    def test_nothing_stands_below_itself(self, cast, below):
        before = paths()
        with pytest.raises(ApplicationError) as refusal:
            move_department(department_id=department("sales").pk, parent=department(below), actor=cast.admin)
        assert refusal.value.code == "department_loop"
        assert paths() == before

    def test_it_takes_the_place_it_is_given(self, cast):
        move_department(
            department_id=department("tech").pk,
            parent=department("hq"),
            before=department("legal"),
            actor=cast.admin,
        )
        order = list(
            Department.objects.filter(parent__code="hq").order_by("order").values_list("code", flat=True)
        )
        assert order.index("tech") == order.index("legal") - 1

    @pytest.mark.django_db(transaction=True)
    def test_two_moves_at_once_make_no_circle(self, cast):
        together = Barrier(2)

        def move(pair: tuple[str, str]) -> bool:
            try:
                actor, moved, below = User.objects.get(username="admin"), *map(department, pair)
                together.wait()
                move_department(department_id=moved.pk, parent=below, actor=actor)
                return True
            except ApplicationError:
                return False
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(move, [("legal", "finance"), ("finance", "legal")]))
        assert sorted(done) == [False, True]
        assert all(one.path == f"{one.parent.path if one.parent else '/'}{one.code}/" for one in _all())


@pytest.mark.django_db(transaction=True)
class TestSavedMeanwhile:
    """A customer that is saved while its department moves: it goes along, whoever comes first."""

    NEW = "/hq/service/sales1/"

    def run(self, first, second) -> None:
        """``second`` begins when ``first`` is done and not committed, which it is when ``second`` waits for it."""
        begun = Event()

        def one():
            try:
                with transaction.atomic():
                    first()
                    begun.set()
                    _until_somebody_waits()
            finally:
                begun.set()
                connection.close()

        def other():
            try:
                begun.wait(30)
                second()
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(one), pool.submit(other)]:
                done.result(60)

    def move(self) -> None:
        actor, moved, above = User.objects.get(username="admin"), *map(department, ("sales1", "service"))
        move_department(department_id=moved.pk, parent=above, actor=actor)

    @pytest.mark.parametrize("mover_is_first", [True, False])
    def test_a_new_one(self, company, mover_is_first):
        assert company.rep1.department_path == "/hq/sales/sales1/"
        deeds = [self.move, lambda: customer_of(company.rep1)]
        self.run(*(deeds if mover_is_first else reversed(deeds)))
        assert Customer.objects.get().department_path == self.NEW

    @pytest.mark.parametrize("mover_is_first", [True, False])
    def test_one_that_is_handed_over(self, company, mover_is_first):
        customer = customer_of(company.rep3)
        assert company.rep1.department_path == "/hq/sales/sales1/"

        def hand_over():
            assign_customer(customer_id=customer.pk, owner=company.rep1, actor=SystemActor("tests"))

        deeds = [self.move, hand_over]
        self.run(*(deeds if mover_is_first else reversed(deeds)))
        assert Customer.objects.get().department_path == self.NEW

    def test_one_of_a_department_that_is_merged(self, company):
        assert company.rep1.department_path == "/hq/sales/sales1/"

        def merge():
            merge_department(
                department_id=department("sales1").pk,
                into=department("service"),
                actor=User.objects.get(username="admin"),
            )

        def enter():
            # Told to try again; then it finds the new one.
            with pytest.raises(OperationalError):
                customer_of(company.rep1)
            customer_of(User.objects.get(pk=company.rep1.pk))

        self.run(merge, enter)
        assert Customer.objects.get().department_path == "/hq/service/"


def _until_somebody_waits() -> None:
    end = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waited")


def _all() -> list[Department]:
    return list(Department.objects.select_related("parent"))


class TestTheRest:
    def test_several_lines_become_a_tree(self, cast):
        create_departments(
            lines="华南区\n  深圳\n　　　珠海\n西南区\n", parent=department("hq"), actor=cast.admin
        )
        found = {one.name: one for one in _all()}
        assert found["深圳"].parent == found["华南区"]
        assert found["珠海"].parent == found["深圳"]
        assert found["西南区"].parent == department("hq")

    def test_names_change_and_codes_stay(self, cast):
        renamed = rename_department(department_id=department("tech").pk, name="研发部", actor=cast.admin)
        assert (renamed.name, renamed.code, renamed.path) == ("研发部", "tech", "/hq/tech/")

    def test_a_code_exists_once(self, cast):
        before = paths()
        with pytest.raises(ApplicationError) as refusal:
            create_department(name="又一个", code="sales", actor=cast.admin)
        assert refusal.value.code == "code_taken"
        assert paths() == before

    def test_one_that_is_not_empty_is_not_deleted(self, cast):
        with pytest.raises(ApplicationError) as refusal:
            delete_department(department_id=department("sales1").pk, actor=cast.admin)
        assert refusal.value.code == "department_not_empty"
        empty = create_department(name="空", actor=cast.admin)
        delete_department(department_id=empty.pk, actor=cast.admin)
        assert not Department.objects.filter(pk=empty.pk).exists()

    def test_merging_takes_people_business_and_what_is_below(self, company):
        customer = customer_of(company.rep1)
        merge_department(
            department_id=department("sales").pk, into=department("service"), actor=company.admin
        )
        assert not Department.objects.filter(code="sales").exists()
        assert User.objects.get(username="director").department.code == "service"
        customer.refresh_from_db()
        assert customer.department_path == "/hq/service/sales1/"

    def test_only_who_administers_everybody_changes_the_tree(self, cast):
        before = paths()
        for actor in (cast.boss, cast.rep1):
            with pytest.raises(PermissionDenied):
                create_department(name="x", actor=actor)
            with pytest.raises(PermissionDenied):
                delete_department(department_id=department("tech").pk, actor=actor)
        assert paths() == before
