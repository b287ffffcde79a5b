"""What the database itself refuses about onboardings and memberships, whoever asks."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from contracts.models import Contract
from core import clock
from service.models import MemberActivation, Onboarding, OnboardingItem, OnboardingItemTemplate
from tests.service.factory import bare_onboarding, contract_in_effect


def check_now() -> None:
    """Let deferred rules speak now instead of at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def contract(company) -> Contract:
    return contract_in_effect(company, company.rep1)


def refused(rule: str, change, *args, **kwargs) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change(*args, **kwargs)
        check_now()
    assert error.value.__cause__.diag.constraint_name == rule


class TestDoneWhenNothingIsLeft:
    @pytest.fixture
    def onboarding(self, contract) -> Onboarding:
        found = bare_onboarding(contract, "shop", "review")
        check_now()
        return found

    def finish(self, onboarding, **only):
        onboarding.items.filter(**only).update(state="done", done_at=clock.now())

    def close(self, onboarding):
        Onboarding.objects.filter(pk=onboarding.pk).update(state="done", done_at=clock.now())

    def test_an_onboarding_with_something_left_is_not_done(self, onboarding):
        self.finish(onboarding, code="shop")
        check_now()
        refused("done_onboarding_has_nothing_left", self.close, onboarding)
        onboarding.refresh_from_db()
        assert onboarding.state == "open"

    def test_an_onboarding_with_nothing_left_is_not_open(self, onboarding):
        refused("open_onboarding_has_something_left", self.finish, onboarding)
        assert list(onboarding.items.values_list("state", flat=True)) == ["todo", "todo"]

    def test_an_open_onboarding_without_items_is_none(self, onboarding):
        refused("open_onboarding_has_something_left", onboarding.items.all().delete)
        assert onboarding.items.count() == 2

    def test_items_and_onboarding_end_in_one_transaction_in_any_order(self, onboarding):
        with transaction.atomic():
            self.close(onboarding)
            self.finish(onboarding)
        check_now()
        onboarding.refresh_from_db()
        assert onboarding.state == "done"
        refused(
            "done_onboarding_has_nothing_left",
            onboarding.items.filter(code="shop").update,
            state="todo",
            done_at=None,
        )

    def test_one_that_was_called_off_may_leave_things_undone(self, onboarding):
        Onboarding.objects.filter(pk=onboarding.pk).update(state="cancelled", cancel_reason="客户退订")
        check_now()

    def test_called_off_takes_a_reason(self, onboarding):
        rows = Onboarding.objects.filter(pk=onboarding.pk)
        refused("onboarding_called_off_says_why", rows.update, state="cancelled")

    def test_done_says_when(self, onboarding):
        rows = Onboarding.objects.filter(pk=onboarding.pk)
        refused("onboarding_done_says_when", rows.update, state="done")

    def test_one_contract_has_one_onboarding(self, onboarding, contract):
        refused("service_onboarding_contract_id_key", bare_onboarding, contract)


class TestItems:
    @pytest.fixture
    def item(self, contract) -> OnboardingItem:
        return bare_onboarding(contract, "shop", "review").items.get(code="shop")

    def test_skipping_takes_a_reason_and_a_leader(self, item, company):
        rows = OnboardingItem.objects.filter(pk=item.pk)
        rule = "skipped_item_has_reason_and_leader"
        skipped = {"state": "skipped", "done_at": clock.now()}
        refused(rule, rows.update, **skipped)
        refused(rule, rows.update, **skipped, skip_reason="客户自备")
        refused(rule, rows.update, **skipped, skip_by=company.manager1)
        refused(rule, rows.update, skip_reason="客户自备")
        item.refresh_from_db()
        assert (item.state, item.skip_reason) == ("todo", "")
        rows.update(**skipped, skip_reason="客户自备", skip_by=company.manager1)

    def test_done_says_when(self, item):
        rows = OnboardingItem.objects.filter(pk=item.pk)
        refused("onboarding_item_done_says_when", rows.update, state="done")
        refused("onboarding_item_done_says_when", rows.update, done_at=clock.now())

    def test_a_code_stands_once(self, item):
        rows = OnboardingItem.objects.filter(code="review")
        refused("onboarding_item_code_once", rows.update, code="shop")

    def test_a_template_stands_once_for_all_products_of_a_kind(self, company):
        def add(offset: int = 3, code: str = "test_only") -> None:
            OnboardingItemTemplate.objects.create(
                product_kind="membership",
                code=code,
                title_zh="甲",
                title_en="A",
                role="rep",
                offset_days=offset,
            )

        add()
        refused("onboarding_template_code_once", add)
        refused("onboarding_template_is_due_within_a_year", add, 0, "other")


class TestMembership:
    def asked(self, contract, kind="activate", key="k1", starts_on=None, **fields) -> MemberActivation:
        first = starts_on or clock.today()
        return MemberActivation.objects.create(
            contract=contract,
            plan="VIP-S",
            kind=kind,
            starts_on=first,
            ends_on=first + timedelta(days=364),
            request_key=key,
            **fields,
        )

    def answer(self, one, state="ok"):
        MemberActivation.objects.filter(pk=one.pk).update(state=state, answered_at=clock.now())

    def test_opens_once_for_a_contract_and_plan(self, contract):
        self.answer(self.asked(contract))
        second = self.asked(contract, key="k2")
        refused("membership_opened_once_per_contract", self.answer, second)
        second.refresh_from_db()
        assert second.state == "pending"

    def test_one_request_is_open_at_a_time(self, contract):
        first = self.asked(contract)
        refused("one_open_request_per_contract", self.asked, contract, key="k2")
        self.answer(first, "failed")
        self.asked(contract, key="k2")

    def test_a_key_stands_for_one_request(self, contract):
        self.asked(contract)
        refused("service_memberactivation_request_key_key", self.asked, contract, kind="extend")
        refused("activation_has_a_key", self.asked, contract, kind="extend", key="")

    def test_never_before_the_contract_is_in_effect(self, contract):
        early = self.asked(contract, starts_on=clock.today() - timedelta(days=1))
        refused("membership_begins_with_the_contract", self.answer, early)
        early.refresh_from_db()
        assert early.state == "pending"

    def test_never_in_a_contract_that_is_not_in_effect(self, contract):
        asked = self.asked(contract)
        Contract.objects.filter(pk=contract.pk).update(state="terminated")
        refused("membership_needs_a_contract_in_effect", self.answer, asked)
        ending = self.asked(contract, kind="deactivate", key="k2")
        self.answer(ending)

    def test_also_as_a_new_row(self, contract):
        refused(
            "membership_begins_with_the_contract",
            self.asked,
            contract,
            starts_on=clock.today() - timedelta(days=1),
            state="ok",
            answered_at=clock.now(),
        )

    @pytest.mark.parametrize("state", ["ok", "failed"])
    def test_the_first_answer_stays(self, contract, state):
        one = self.asked(contract)
        self.answer(one, state)
        rows = MemberActivation.objects.filter(pk=one.pk)
        rule = "activation_is_answered_once"
        refused(rule, rows.update, state="pending", answered_at=None)
        refused(rule, rows.update, answer={"ok": False})
        refused(rule, rows.update, external_id="M-2")

    @pytest.mark.parametrize(
        "change",
        [
            {"plan": "VIP-G"},
            {"kind": "extend"},
            {"starts_on": date(2020, 1, 1)},
            {"ends_on": date(2099, 1, 1)},
            {"request_key": "other"},
        ],
    )
    def test_what_was_asked_does_not_change(self, contract, change):
        one = self.asked(contract)
        refused("activation_request_is_frozen", MemberActivation.objects.filter(pk=one.pk).update, **change)

    def test_answered_says_when_and_a_term_has_an_order(self, contract):
        one = self.asked(contract)
        rows = MemberActivation.objects.filter(pk=one.pk)
        refused("answered_activation_says_when", rows.update, state="failed")
        today = clock.today()
        refused(
            "membership_starts_before_it_ends",
            MemberActivation.objects.create,
            contract=contract,
            plan="VIP-S",
            kind="extend",
            starts_on=today,
            ends_on=today - timedelta(days=1),
            request_key="k9",
        )
