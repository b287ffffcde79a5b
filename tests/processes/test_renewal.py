"""Each way through the renewal (P7): on renewal, contract, customer, case, tasks, history, and at the platform."""

from datetime import timedelta

import pytest

from contracts.models import Contract
from core.errors import ApplicationError, Conflict
from core.models import Notification
from service.models import MemberActivation, RenewalCase
from tests.contracts.factory import instalments, membership, term
from tests.processes.onboarding_walk import member_platform
from tests.processes.renewal_walk import KEY, RenewalWalk
from workflows.models import ProcessInstance, WorkItem
from workflows.services import cancel_instance, start_process

TALK, WIN_BACK = "talk_renewal", "win_back"


@pytest.fixture
def walk(company) -> RenewalWalk:
    return RenewalWalk(company)


def told(name: str, kind: str = "renewal.soon") -> list[int]:
    """How many days each notice said."""
    rows = Notification.objects.filter(person__username=name, kind=kind).order_by("pk")
    return [row.params["days"] for row in rows]


class TestBeforeItOpens:
    def test_nothing_is_to_do_until_sixty_days_before_the_end(self, walk):
        walk.stands("")
        with walk.at(-61):
            walk.stands("")
        with walk.at(-60):
            walk.stands("open", TALK)
            assert walk.renewal.due_on == walk.end
            item = WorkItem.objects.get(instance=walk.case, status="open")
            assert item.assignee == walk.people.rep1

    def test_renewed_early_counts_in_the_month_of_its_end(self, walk):
        with walk.at(-200):
            from contracts import services

            draft = services.create_contract(
                customer_id=walk.contract.customer_id,
                actor=walk.people.rep1,
                fields={
                    **term(),
                    "kind": "renewal",
                    "parent_id": walk.contract.pk,
                    "start_on": walk.end + timedelta(days=1),
                    "end_on": walk.end + timedelta(days=365),
                },
                lines=[membership()],
                plan=instalments((10, "12800.00")),
            )
            renewed = walk.sign(draft)
            walk.stands("renewed", case="completed")
            assert (walk.renewal.new_contract, walk.renewal.due_on) == (renewed, walk.end)
            assert walk.steps()[-1] == "was_renewed_early"

    def test_a_contract_without_a_membership_needs_no_renewal(self, company):
        from contracts.models import Product

        Product.objects.update(kind="ad")
        walk = RenewalWalk(company)
        walk.stands("", case="completed")
        assert walk.steps()[-1] == "not_renewable"

    def test_a_draft_has_nothing_to_renew(self, walk):
        Contract.objects.filter(pk=walk.contract.pk).update(state="terminated")
        cancel_instance(instance_id=walk.case.pk, reason="重来", actor=walk.people.admin)
        walk.contract.refresh_from_db()
        with pytest.raises(ApplicationError) as refusal:
            start_process(definition_key=KEY, subject=walk.contract, actor=walk.people.director)
        assert refusal.value.code == "wrong_state"
        assert not RenewalCase.objects.exists()


class TestNegotiating:
    def test_who_agrees_gets_the_next_contract_drafted_and_signs_it(self, walk):
        with walk.at(-60):
            walk.do("rep1", TALK, "renew")
            walk.stands("negotiating")
            draft = walk.draft()
            assert (draft.owner, draft.start_on) == (walk.people.rep1, walk.end + timedelta(days=1))
            assert [(one.product_id, one.price) for one in draft.lines.all()] == [
                (one.product_id, one.price) for one in walk.contract.lines.all()
            ]
            assert ProcessInstance.objects.filter(
                definition__key="contract_lifecycle", subject_id=str(draft.pk)
            ).exists()
        with walk.at(-50):
            from contracts import services

            services.update_contract(
                contract_id=draft.pk,
                revision=draft.revision,
                actor=walk.people.rep1,
                plan=instalments((10, str(draft.lines.get().amount))),
            )
            walk.sign(walk.draft())
            walk.stands("renewed", case="completed")
            assert walk.renewal.new_contract == draft
            assert walk.renewal.contacted_count == 1
            assert walk.steps()[-2:] == ["record_renewed", "was_renewed"]

    def test_a_second_yes_makes_no_second_draft(self, walk):
        with walk.at(-60):
            walk.do("rep1", TALK, "renew")
        with walk.at(-45):
            walk.stands("negotiating", TALK)
            walk.do("rep1", TALK, "renew")
            assert Contract.objects.filter(parent=walk.contract).count() == 1
            assert walk.renewal.contacted_count == 2

    def test_who_is_undecided_is_asked_again_after_two_weeks(self, walk):
        with walk.at(-60):
            with pytest.raises(ApplicationError):
                walk.do("rep1", TALK, "undecided")
            walk.do("rep1", TALK, "undecided", "等新预算")
            walk.stands("open")
        with walk.at(-47):
            walk.stands("open")
        with walk.at(-45):
            walk.stands("open", TALK)

    def test_the_owner_hears_of_the_end_twice_and_the_director_once(self, walk):
        with walk.at(-60):
            assert told("rep1") == []
        with walk.at(-30):
            assert (told("rep1"), told("director")) == ([30], [30])
        with walk.at(-7):
            assert (told("rep1"), told("director")) == ([30, 7], [30])
            walk.stands("open", TALK)

    def test_only_the_owner_talks(self, walk):
        with walk.at(-60), pytest.raises(Conflict, match="李雷"):
            walk.do("rep2", TALK, "renew")
        assert walk.renewal.contacted_count == 0


class TestRefused:
    def test_the_director_wins_the_customer_back(self, walk):
        with walk.at(-60):
            walk.do("rep1", TALK, "refused", "询盘太少")
            walk.stands("open", WIN_BACK)
            walk.do("director", WIN_BACK, "try_again", "已约面谈")
            walk.stands("open", TALK)
            assert walk.renewal.contacted_count == 2

    def test_given_up_it_is_lost_at_once_and_ends_with_the_term(self, walk):
        walk.membership_is_open()
        with member_platform() as outside:
            with walk.at(-60):
                walk.do("rep1", TALK, "refused", "询盘太少")
                walk.do("director", WIN_BACK, "give_up", "客户转行")
                walk.stands("lost")
                assert walk.renewal.lost_reason == "客户转行"
                walk.contract.customer.refresh_from_db()
                assert walk.contract.customer.status == "signed"
            with walk.at(0):
                walk.stands("lost")
            with walk.at(1):
                walk.call()
                walk.stands("lost", case="completed")
                walk.contract.customer.refresh_from_db()
                assert walk.contract.customer.status == "lost"
                assert walk.contract.customer.owner == walk.people.rep1
                ended = MemberActivation.objects.get(contract=walk.contract, kind="deactivate")
                assert ended.state == "ok"
                assert outside.effects == {ended.request_key: 1}

    def test_who_comes_back_before_the_end_is_renewed_after_all(self, walk):
        with walk.at(-60):
            walk.do("rep1", TALK, "renew")
            draft = walk.draft()
        with walk.at(-45):
            walk.do("rep1", TALK, "refused", "换供应商")
            walk.do("director", WIN_BACK, "give_up", "无法挽回")
            walk.stands("lost")
        with walk.at(-10):
            from contracts import services

            services.update_contract(
                contract_id=draft.pk,
                revision=draft.revision,
                actor=walk.people.rep1,
                plan=instalments((10, str(draft.lines.get().amount))),
            )
            walk.sign(draft)
            walk.stands("renewed", case="completed")
            assert walk.renewal.lost_reason == ""


class TestRunOut:
    def test_after_the_days_of_grace_it_is_lost_and_the_platform_is_told(self, walk):
        walk.membership_is_open()
        with member_platform() as outside:
            with walk.at(30):
                walk.stands("open", TALK)
            with walk.at(31):
                walk.stands("lost")
                walk.call()
                walk.stands("lost", case="completed")
                assert "宽限" in walk.renewal.lost_reason
                assert len(outside.effects) == 1

    def test_without_a_membership_on_the_platform_nobody_calls_it(self, walk):
        with walk.at(31):
            walk.stands("lost", case="completed")
            assert not MemberActivation.objects.exists()

    def test_a_platform_that_says_no_is_mended_and_asked_again(self, walk):
        walk.membership_is_open()
        with member_platform() as outside:
            outside.behave("decline")
            with walk.at(31):
                walk.call()
                walk.stands("lost", "mend_deactivation")
                outside.behave("well")
                walk.do("tech", "mend_deactivation", "again")
                walk.call()
                walk.stands("lost", case="completed")

    def test_the_platforms_own_word_counts_as_the_calls_answer(self, walk):
        from service.services import record_answer
        from tests.processes.onboarding_walk import EVENT
        from tests.processes.walk import settle

        walk.membership_is_open()
        with walk.at(31):
            wish = MemberActivation.objects.get(contract=walk.contract, kind="deactivate")
            record_answer(request_key=wish.request_key, answer={"ok": True}, actor=EVENT)
            settle()
            walk.stands("lost", case="completed")


def test_a_cancelled_renewal_stays_open_and_begins_anew(walk):
    with walk.at(-60):
        cancel_instance(instance_id=walk.case.pk, reason="图改了", actor=walk.people.admin)
        assert walk.renewal.state == "open"
        start_process(definition_key=KEY, subject=walk.contract, actor=walk.people.director)
        assert ProcessInstance.objects.filter(definition__key=KEY, status="active").count() == 1


def test_what_is_over_does_not_begin_again(walk):
    with walk.at(31), pytest.raises(Conflict):
        start_process(definition_key=KEY, subject=walk.contract, actor=walk.people.director)
