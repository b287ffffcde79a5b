"""What the database itself refuses about complaints, whoever asks: no service can be walked around."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core import clock
from service import services
from service.models import (
    Complaint,
    ComplaintAction,
    ComplaintSummary,
    FollowUpCall,
    LeaderInstruction,
    Ruling,
    RulingShare,
)
from tests.contracts.factory import draft_of
from tests.contracts.test_rules_of_the_database import check_now
from tests.service.complaint_rows import answered, handled, received, ruled, summed_up

pytestmark = pytest.mark.django_db


def ruling_of(complaint: Complaint, by, **changes) -> Ruling:
    values = {"round": 1, "is_justified": True, "basis": "录音", "ruled_by": by, "ruled_at": clock.now()}
    return Ruling.objects.create(complaint=complaint, **{**values, **changes})


def refused(rule: str):
    """The named rule says no, and says so at once."""
    return pytest.raises(IntegrityError, match=rule)


class TestShares:
    @pytest.mark.parametrize("shares", [(100,), (60, 40), (50, 30, 20)], ids=str)
    def test_that_sum_to_100_stand(self, company, shares):
        ruling = ruling_of(answered(company), company.aftersales)
        people = [company.rep2, company.rep3, company.manager2]
        for person, share in zip(people, shares, strict=False):
            RulingShare.objects.create(ruling=ruling, party="person", person=person, share=share)
        check_now()

    @pytest.mark.parametrize("shares", [(99,), (60, 41), (), (50, 49)], ids=str)
    def test_that_do_not_are_refused_at_the_end_of_the_transaction(self, company, shares):
        complaint = answered(company)
        with refused("ruling_shares|The shares of ruling"), transaction.atomic():
            ruling = ruling_of(complaint, company.aftersales)
            for person, share in zip([company.rep2, company.rep3], shares, strict=False):
                RulingShare.objects.create(ruling=ruling, party="person", person=person, share=share)
            check_now()
        assert not Ruling.objects.exists()

    @pytest.mark.parametrize("share", [0, 101])
    def test_lie_between_1_and_100(self, company, share):
        complaint = answered(company)
        with refused("share_is_1_to_100"), transaction.atomic():
            ruling = ruling_of(complaint, company.aftersales)
            RulingShare.objects.create(ruling=ruling, party="none", share=share)

    @pytest.mark.parametrize(
        "party",
        [
            {"party": "person"},
            {"party": "department"},
            {"party": "customer", "of": "person"},
            {"party": "person", "of": "department"},
            {"party": "neighbour"},
        ],
        ids=str,
    )
    def test_name_their_party(self, company, party):
        complaint = answered(company)
        of = party.get("of")
        extra = {}
        if of == "person":
            extra["person"] = company.rep2
        if of == "department":
            extra["department"] = company.rep2.department
        with refused("share_names_its_party"), transaction.atomic():
            ruling = ruling_of(complaint, company.aftersales)
            RulingShare.objects.create(ruling=ruling, party=party["party"], share=100, **extra)

    def test_of_one_party_stand_once(self, company):
        complaint = answered(company)
        with refused("party_bears_one_share"), transaction.atomic():
            ruling = ruling_of(complaint, company.aftersales)
            RulingShare.objects.create(ruling=ruling, party="supplier", share=50)
            RulingShare.objects.create(ruling=ruling, party="supplier", share=50)

    def test_and_rulings_are_only_added(self, company):
        complaint = ruled(company)
        check_now()
        for rows, change in ((RulingShare, {"share": 50}), (Ruling, {"basis": "别的"})):
            with pytest.raises(DatabaseError, match=r"append|changed|only"), transaction.atomic():
                rows.objects.update(**change)
            with (
                pytest.raises(DatabaseError, match=r"append|changed|only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"DELETE FROM {rows._meta.db_table}")  # noqa: S608  a table of ours
        assert complaint.rulings.get().shares.count() == 2


class TestOwnCase:
    def test_nobody_rules_on_themselves(self, company):
        complaint = answered(company)
        with refused("who is responsible"), transaction.atomic():
            ruling = ruling_of(complaint, company.aftersales)
            RulingShare.objects.create(ruling=ruling, party="person", person=company.aftersales, share=100)

    def test_nobody_rules_on_a_deal_of_their_own(self, company):
        complaint = answered(company)
        with refused("is about a deal of"), transaction.atomic():
            ruling_of(complaint, company.rep1)
        assert not Ruling.objects.exists()

    def test_nor_on_a_contract_of_their_own(self, company):
        complaint, draft = answered(company), draft_of(company.rep1)
        Complaint.objects.filter(pk=complaint.pk).update(contract=draft)
        type(draft).objects.filter(pk=draft.pk).update(owner=company.rep2)
        with refused("is about a deal of"), transaction.atomic():
            ruling_of(complaint, company.rep2)

    def test_the_person_responsible_does_not_become_the_handler(self, company):
        complaint = ruled(company)
        with refused("cannot handle it"), transaction.atomic():
            Complaint.objects.filter(pk=complaint.pk).update(handler=company.rep1)
        complaint.refresh_from_db()
        assert complaint.handler == company.aftersales2

    def test_the_handler_does_not_become_responsible(self, company):
        complaint = ruled(company)
        with refused("is handled by"), transaction.atomic():
            ruling = ruling_of(complaint, company.aftersales, round=2)
            RulingShare.objects.create(ruling=ruling, party="person", person=company.aftersales2, share=100)

    def test_the_person_responsible_gives_no_instruction(self, company):
        complaint = ruled(company, blamed=company.director)
        with refused("cannot instruct in it"), transaction.atomic():
            LeaderInstruction.objects.create(
                complaint=complaint,
                round=1,
                verdict="agree",
                given_by=company.director,
                given_at=clock.now(),
            )
        assert not LeaderInstruction.objects.exists()


class TestTheEnd:
    def test_closed_without_a_summary_is_refused(self, company):
        complaint = handled(company)
        with refused("without a summary"), transaction.atomic():
            Complaint.objects.filter(pk=complaint.pk).update(state="closed", closed_at=clock.now())
            check_now()
        complaint.refresh_from_db()
        assert complaint.state == "instructing"

    def test_closed_without_a_call_is_refused(self, company):
        complaint = summed_up(company)
        with refused("no customer said to be content"), transaction.atomic():
            Complaint.objects.filter(pk=complaint.pk).update(state="closed", closed_at=clock.now())
            check_now()

    def test_closed_on_a_customer_who_is_not_content_is_refused(self, company):
        complaint = summed_up(company)
        services.record_follow_up(
            complaint_id=complaint.pk, score=2, is_satisfied=False, actor=company.aftersales
        )
        with refused("no customer said to be content"), transaction.atomic():
            Complaint.objects.filter(pk=complaint.pk).update(state="closed", closed_at=clock.now())
            check_now()

    def test_closed_with_both_stands(self, company):
        complaint = summed_up(company)
        services.record_follow_up(
            complaint_id=complaint.pk, score=5, is_satisfied=True, actor=company.aftersales
        )
        Complaint.objects.filter(pk=complaint.pk).update(state="closed", closed_at=clock.now())
        check_now()

    @pytest.mark.parametrize("state", ["registered", "handling", "closed"])
    def test_what_has_ended_stays_so(self, company, state):
        complaint = received(company)
        services.withdraw_complaint(complaint_id=complaint.pk, reason="客户撤回", actor=company.aftersales)
        with refused("does not become"), transaction.atomic():
            Complaint.objects.filter(pk=complaint.pk).update(state=state, withdraw_reason="")
        complaint.refresh_from_db()
        assert (complaint.state, complaint.withdraw_reason) == ("withdrawn", "客户撤回")


class TestTheComplaint:
    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"state": "lost", "responded_at": "now"}, "complaint_state_is_known"),
            ({"severity": 5}, "complaint_severity_is_1_to_4"),
            ({"state": "ruling"}, "complaint_is_answered_before_it_is_ruled_on"),
            ({"state": "instructing", "responded_at": "now"}, "handled_complaint_has_a_ruling_and_a_handler"),
            ({"paused_at": "now"}, "complaint_waits_for_the_customer_in_handling_only"),
            ({"closed_at": "now"}, "closed_complaint_says_when"),
            ({"state": "withdrawn"}, "withdrawn_complaint_says_why"),
            ({"withdraw_reason": "x"}, "withdrawn_complaint_says_why"),
            ({"description": "别的话"}, "stays as it was received"),
            ({"no": "TS-1"}, "stays as it was received"),
        ],
        ids=lambda value: value if isinstance(value, str) else "-".join(value),
    )
    def test_keeps_its_rules(self, company, changes, rule):
        complaint = received(company)
        before = Complaint.objects.values().get(pk=complaint.pk)
        moment = clock.now()
        values = {name: moment if value == "now" else value for name, value in changes.items()}
        with refused(rule), transaction.atomic():
            Complaint.objects.filter(pk=complaint.pk).update(**values)
        assert Complaint.objects.values().get(pk=complaint.pk) == before

    def test_a_follow_up_number_stands_once(self, company):
        complaint = summed_up(company)
        with refused("follow_up_number_once_per_complaint"), transaction.atomic():
            FollowUpCall.objects.create(complaint=complaint, n=1, due_at=clock.now())

    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"score": 5}, "done_follow_up_names_its_result"),
            ({"done_at": "now"}, "done_follow_up_names_its_result"),
            (
                {"score": 6, "is_satisfied": True, "done_at": "now", "done_by": "me"},
                "follow_up_score_is_1_to_5",
            ),
        ],
        ids=["a score alone", "done alone", "a score of 6"],
    )
    def test_a_done_call_has_a_result(self, company, changes, rule):
        call = summed_up(company).follow_ups.get()
        named = {"now": clock.now(), "me": company.aftersales}
        values = {
            name: named.get(value, value) if isinstance(value, str) else value
            for name, value in changes.items()
        }
        with refused(rule), transaction.atomic():
            FollowUpCall.objects.filter(pk=call.pk).update(**values)

    def test_one_summary_a_complaint(self, company):
        complaint = summed_up(company)
        with pytest.raises(IntegrityError), transaction.atomic():
            ComplaintSummary.objects.create(
                complaint=complaint,
                root_cause="x",
                prevention="y",
                written_by=company.aftersales,
                written_at=clock.now(),
            )

    def test_a_summary_names_cause_and_prevention(self, company):
        summed_up(company)
        with refused("summary_names_cause_and_prevention"), transaction.atomic():
            ComplaintSummary.objects.update(root_cause="")

    def test_an_instruction_to_redo_says_what(self, company):
        complaint = handled(company)
        with refused("instruction_to_redo_says_what"), transaction.atomic():
            LeaderInstruction.objects.create(
                complaint=complaint, round=1, verdict="redo", given_by=company.director, given_at=clock.now()
            )

    def test_actions_are_only_added_and_cost_nothing_or_more(self, company):
        complaint = handled(company)
        with pytest.raises(DatabaseError, match=r"append|changed|only"), transaction.atomic():
            ComplaintAction.objects.filter(complaint=complaint).update(description="别的")
        with refused("complaint_action_cost_is_not_negative"), transaction.atomic():
            ComplaintAction.objects.create(
                complaint=complaint,
                kind="rectify",
                description="x",
                cost=-1,
                done_by=company.aftersales,
                done_at=clock.now(),
            )

    def test_the_department_is_one_that_exists(self, company):
        complaint = received(company)
        with (
            connection.cursor() as cursor,
            pytest.raises(DatabaseError, match="no department"),
            transaction.atomic(),
        ):
            cursor.execute(
                "UPDATE service_complaint SET department_path = '/nowhere/' WHERE id = %s", [complaint.pk]
            )
