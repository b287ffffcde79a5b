"""Take customers out of the pool, put them back, and the copies of a firm (F4 to F10)."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, Notification
from crm.models import Customer, DedupeKey, DuplicateCase
from crm.services import (
    add_contact,
    assign_customer,
    claim_customer,
    create_customer,
    judge_pair,
    merge_customer,
    release_customer,
    restore_customer,
    update_contact,
    update_customer,
)
from tests.contracts.factory import customer_of, draft_of
from workflows.models import Message

pytestmark = pytest.mark.django_db

FIRM = "宁波海天塑机有限公司"


def in_pool(actor, name: str = FIRM, **contact) -> Customer:
    contacts = [{"name": "刘经理", **contact}] if contact else []
    return create_customer(fields={"name": name}, contacts=contacts, actor=actor, in_pool=True)


def keys(customer) -> set[tuple[str, str]]:
    return set(customer.keys.values_list("kind", "value"))


class TestKeys:
    def test_the_five_keys_in_their_normal_form(self, company):
        customer = in_pool(
            company.rep1, mobile="+86 138 0013 8000", phone="0574-86188888转801", fax="(0574) 86188889"
        )
        assert keys(customer) == {
            ("company", "宁波海天塑机"),
            ("name", "刘经理"),
            ("mobile", "13800138000"),
            ("phone", "0574-86188888"),
            ("fax", "0574-86188889"),
        }

    def test_a_mobile_among_the_telephones_is_a_mobile(self, company):
        assert ("mobile", "13800138000") in keys(in_pool(company.rep1, phone="13800138000"))

    def test_they_follow_the_name_and_the_contacts(self, company):
        customer = customer_of(company.rep1)
        update_customer(
            customer_id=customer.pk,
            revision=customer.revision,
            changes={"name": "新名字公司"},
            actor=company.rep1,
        )
        contact = add_contact(
            customer_id=customer.pk, fields={"name": "王工", "mobile": "13911112222"}, actor=company.rep1
        )
        assert {("company", "新名字公司"), ("mobile", "13911112222")} <= keys(customer)
        customer.refresh_from_db()
        update_contact(
            contact_id=contact.pk,
            changes={"mobile": "13911113333"},
            revision=customer.revision,
            actor=company.rep1,
        )
        assert ("mobile", "13911112222") not in keys(customer)
        assert ("mobile", "13911113333") in keys(customer)


class TestClaim:
    def test_the_customer_is_tracked_from_now_on_and_processes_hear_of_it(self, company):
        customer = in_pool(company.assistant)
        claim = claim_customer(customer_id=customer.pk, actor=company.rep1)
        customer.refresh_from_db()
        assert (customer.owner, customer.pool_state) == (company.rep1, "owned")
        assert (customer.first_tracker, customer.department_path) == (company.rep1, "/hq/sales/sales1/")
        assert customer.periods.get().how == "claim"
        assert (claim.recycled, claim.looks_like) == ([], [])
        told = Message.objects.get(name="customer.claimed", subject_id=str(customer.pk))
        assert told.payload == {"owner": "rep1", "how": "claim"}
        assert AuditEntry.objects.filter(action="crm.claim_customer", actor=company.rep1).count() == 1

    def test_needs_the_right_and_changes_nothing_without(self, company):
        customer = in_pool(company.assistant)
        with pytest.raises(PermissionDenied):
            claim_customer(customer_id=customer.pk, actor=company.content)
        customer.refresh_from_db()
        assert customer.is_in_pool

    def test_what_somebody_else_tracks_is_refused(self, company):
        customer = in_pool(company.assistant)
        claim_customer(customer_id=customer.pk, actor=company.rep1)
        with pytest.raises(Conflict) as refusal:
            claim_customer(customer_id=customer.pk, actor=company.rep2)
        assert refusal.value.code == "not_in_pool"
        customer.refresh_from_db()
        assert customer.owner == company.rep1

    def test_all_copies_in_the_pool_go_to_the_recycle_bin(self, company):
        """F6, also of one that is written otherwise but has two keys in common."""
        customer = in_pool(company.assistant, mobile="13800138000")
        by_name = in_pool(company.assistant, name="宁波海天塑机有限责任公司")
        by_keys = in_pool(company.assistant, name="海天（宁波）", mobile="13800138000")
        other = in_pool(company.assistant, name="另一家公司", phone="0574-86188888")
        claim = claim_customer(customer_id=customer.pk, actor=company.rep1)
        assert {one.pk for one in claim.recycled} == {by_name.pk, by_keys.pk}
        for copy in (by_name, by_keys):
            copy.refresh_from_db()
            assert (copy.pool_state, copy.merged_into) == ("recycled", customer)
        other.refresh_from_db()
        assert other.is_in_pool
        assert set(DuplicateCase.objects.values_list("verdict", flat=True)) == {"recycled"}

    def test_a_firm_that_somebody_tracks_cannot_be_tracked_twice_and_they_hear_of_it(self, company):
        """F8: several keys match, under another name."""
        tracked = create_customer(
            fields={"name": "海天集团"},
            contacts=[{"name": "刘经理", "mobile": "13800138000"}],
            actor=company.rep1,
        )
        customer = in_pool(company.assistant, mobile="13800138000")
        with pytest.raises(ApplicationError) as refusal:
            claim_customer(customer_id=customer.pk, actor=company.rep2)
        assert refusal.value.code == "tracked_by_another"
        assert tracked.name not in str(refusal.value)
        customer.refresh_from_db()
        assert (customer.is_in_pool, customer.periods.count()) == (True, 0)
        assert Notification.objects.get(kind="crm.wanted").person == company.rep1

    def test_one_number_in_common_warns_and_lets_work_go_on(self, company):
        tracked = create_customer(
            fields={"name": "海天集团"},
            contacts=[{"name": "王工", "mobile": "13800138000"}],
            actor=company.rep1,
        )
        customer = in_pool(company.assistant, mobile="13800138000")
        claim = claim_customer(customer_id=customer.pk, actor=company.rep2)
        assert [(one.customer, one.kinds) for one in claim.looks_like] == [(tracked, ("mobile",))]
        pair = DuplicateCase.objects.get()
        assert (pair.verdict, pair.kinds) == ("open", ["mobile"])

    def test_a_contacts_name_alone_says_nothing(self, company):
        create_customer(
            fields={"name": "海天集团"},
            contacts=[{"name": "刘经理", "mobile": "13911112222"}],
            actor=company.rep1,
        )
        customer = in_pool(company.assistant, mobile="13800138000")
        assert claim_customer(customer_id=customer.pk, actor=company.rep2).looks_like == []

    def test_linked_companies_stand_in_nobodys_way(self, company):
        """F10: several firms of one person."""
        tracked = create_customer(
            fields={"name": "海天集团"},
            contacts=[{"name": "刘经理", "mobile": "13800138000"}],
            actor=company.rep1,
        )
        customer = in_pool(company.assistant, mobile="13800138000")
        judge_pair(customer_id=customer.pk, other_id=tracked.pk, verdict="linked", actor=company.assistant)
        claim_customer(customer_id=customer.pk, actor=company.rep2)
        customer.refresh_from_db()
        assert customer.owner == company.rep2

    def test_entering_a_firm_puts_its_copies_away_too_and_is_refused_where_it_is_tracked(self, company):
        copy = in_pool(company.assistant)
        own = create_customer(fields={"name": FIRM}, actor=company.rep1)
        copy.refresh_from_db()
        assert copy.merged_into == own
        with pytest.raises(ApplicationError):
            create_customer(fields={"name": FIRM}, actor=company.rep2)
        assert Customer.objects.count() == 2

    def test_who_assigns_from_the_pool_meets_the_same_check(self, company):
        create_customer(
            fields={"name": "海天集团"},
            contacts=[{"name": "刘经理", "mobile": "13800138000"}],
            actor=company.rep1,
        )
        customer = in_pool(company.assistant, mobile="13800138000")
        with pytest.raises(ApplicationError) as refusal:
            assign_customer(customer_id=customer.pk, owner=company.rep2, actor=company.assistant)
        assert refusal.value.code == "tracked_by_another"
        customer.refresh_from_db()
        assert customer.is_in_pool

    def test_who_saw_it_in_the_pool_does_not_take_it_from_whoever_was_faster(self, company):
        customer = in_pool(company.assistant)
        claim_customer(customer_id=customer.pk, actor=company.rep1)
        with pytest.raises(Conflict):
            assign_customer(
                customer_id=customer.pk,
                owner=company.rep2,
                revision=customer.revision,
                actor=company.assistant,
            )
        customer.refresh_from_db()
        assert customer.owner == company.rep1


class TestRelease:
    def test_back_to_the_pool_with_its_reason(self, company):
        customer = customer_of(company.rep1)
        release_customer(customer_id=customer.pk, reason="没有采购计划", actor=company.rep1)
        customer.refresh_from_db()
        assert (customer.pool_state, customer.owner, customer.first_tracker) == ("pool", None, None)
        period = customer.periods.get()
        assert (period.end_reason, period.reason) == ("release", "没有采购计划")
        assert Message.objects.filter(name="customer.released", subject_id=str(customer.pk)).count() == 1

    def test_wants_a_reason(self, company):
        customer = customer_of(company.rep1)
        with pytest.raises(ApplicationError) as refusal:
            release_customer(customer_id=customer.pk, reason=" ", actor=company.rep1)
        assert list(refusal.value.errors) == ["reason"]
        customer.refresh_from_db()
        assert customer.owner == company.rep1

    def test_a_stranger_finds_nothing_and_a_reader_may_not(self, company):
        customer = customer_of(company.rep1)
        with pytest.raises(Customer.DoesNotExist):
            release_customer(customer_id=customer.pk, reason="x", actor=company.rep3)
        with pytest.raises(PermissionDenied):
            release_customer(customer_id=customer.pk, reason="x", actor=company.finance)
        customer.refresh_from_db()
        assert customer.owner == company.rep1


class TestRecycleBin:
    def test_a_copy_goes_in_and_comes_back_as_another(self, company):
        customer, copy = customer_of(company.rep1), in_pool(company.assistant)
        merge_customer(customer_id=customer.pk, copy_id=copy.pk, actor=company.assistant, note="同一家")
        copy.refresh_from_db()
        assert (copy.pool_state, copy.merged_into) == ("recycled", customer)
        assert not Customer.objects.visible_to(company.boss).filter(pk=copy.pk).exists()
        assert Customer.objects.visible_to(company.assistant).filter(pk=copy.pk).exists()
        restore_customer(customer_id=copy.pk, actor=company.assistant)
        copy.refresh_from_db()
        assert (copy.pool_state, copy.merged_into) == ("pool", None)
        assert DuplicateCase.objects.get().verdict == "not_duplicate"

    def test_a_tracked_copy_ends_its_ownership(self, company):
        customer, copy = customer_of(company.rep1), customer_of(company.rep1)
        merge_customer(customer_id=customer.pk, copy_id=copy.pk, actor=company.assistant)
        copy.refresh_from_db()
        assert (copy.pool_state, copy.owner, copy.periods.get().end_reason) == ("recycled", None, "merge")

    def test_a_copy_with_contracts_stays(self, company):
        customer, copy = customer_of(company.rep1), customer_of(company.rep1)
        draft_of(company.rep1, copy)
        with pytest.raises(Conflict) as refusal:
            merge_customer(customer_id=customer.pk, copy_id=copy.pk, actor=company.assistant)
        assert refusal.value.code == "has_business"
        copy.refresh_from_db()
        assert copy.owner == company.rep1

    def test_nobody_claims_out_of_the_bin(self, company):
        customer, copy = customer_of(company.rep1), in_pool(company.assistant)
        merge_customer(customer_id=customer.pk, copy_id=copy.pk, actor=company.assistant)
        with pytest.raises(Conflict):
            claim_customer(customer_id=copy.pk, actor=company.rep1)
        with pytest.raises(Conflict):
            assign_customer(customer_id=copy.pk, owner=company.rep2, actor=company.assistant)
        copy.refresh_from_db()
        assert copy.pool_state == "recycled"

    def test_reps_judge_nothing(self, company):
        customer, other = customer_of(company.rep1), customer_of(company.rep1)
        for deed in (
            lambda: merge_customer(customer_id=customer.pk, copy_id=other.pk, actor=company.rep1),
            lambda: judge_pair(
                customer_id=customer.pk, other_id=other.pk, verdict="linked", actor=company.rep1
            ),
            lambda: restore_customer(customer_id=customer.pk, actor=company.rep1),
        ):
            with pytest.raises(PermissionDenied):
                deed()
        assert not DuplicateCase.objects.exists()


class TestTheDatabase:
    def test_a_pair_is_written_once_and_in_order(self, company):
        one, other = sorted((customer_of(company.rep1).pk, customer_of(company.rep1).pk))
        DuplicateCase.objects.create(left_id=one, right_id=other)
        for left, right, name in (
            (one, other, "a_pair_is_judged_once"),
            (other, one, "a_pair_stands_in_order"),
        ):
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                DuplicateCase.objects.create(left_id=left, right_id=right)
        assert DuplicateCase.objects.count() == 1

    def test_a_key_once_and_never_empty(self, company):
        customer = customer_of(company.rep1)
        before = keys(customer)
        kind, value = next(iter(before))
        for key, name in (((kind, value), "a_key_once_a_customer"), (("fax", ""), "key_has_a_value")):
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                DedupeKey.objects.create(customer=customer, kind=key[0], value=key[1])
        assert keys(customer) == before

    def test_no_customer_is_a_copy_of_itself(self, company):
        copy = in_pool(company.assistant)
        with pytest.raises(IntegrityError, match="customer_is_no_copy_of_itself"), transaction.atomic():
            Customer.objects.filter(pk=copy.pk).update(pool_state="recycled", merged_into=copy.pk)
        copy.refresh_from_db()
        assert copy.is_in_pool
