"""Supplements: begun, numbered, checked, and what is in force once they have taken effect."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from contracts import selectors, services
from contracts.models import AmendmentChange, ClauseDeviation, Contract, PaymentPlanLine
from contracts.services import Amendment, amendments, in_force, lacks_of
from contracts.services.in_force import clauses_in_force
from core import clock
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry
from core.pdf.filters import chinese_date
from tests.contracts.factory import customer_of, draft_of, instalments, membership, term
from tests.contracts.supplement_world import (
    PROCESS,
    accept,
    add_clause,
    changed_by,
    in_effect,
    move,
    reword,
    sign,
    submit,
    supplement_to,
    take_effect,
    term_to,
)
from workflows.models import Message


@pytest.fixture
def main(company) -> Contract:
    return in_effect(company)


def text_of(contract: Contract, code: str) -> str:
    return next(one.text for one in clauses_in_force(contract) if one.code == code)


class TestDrafting:
    def test_it_says_what_its_main_contract_says_besides_what_it_changes(self, company, main):
        draft = supplement_to(main, term_to(400))
        assert (draft.kind, draft.parent, draft.template.code) == ("supplement", main, "supplement")
        assert (draft.title, draft.copies, draft.bank_account) == ("补充协议", main.copies, main.bank_account)
        assert (draft.start_on, draft.end_on, draft.amount) == (None, None, Decimal(0))
        assert [one.kind for one in draft.amendments.all()] == ["term"]

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"parent_id": None}, "parent_id"),
            ({"copies": 3}, "copies"),
        ],
    )
    def test_refuses_what_does_not_fit(self, company, main, fields, field):
        with pytest.raises(ApplicationError) as refusal:
            supplement_to(main, **fields)
        assert field in refusal.value.errors
        assert not Contract.objects.filter(kind="supplement").exists()

    def test_refuses_a_supplement_of_a_supplement(self, company, main):
        first = changed_by(company, main, term_to(400))
        with pytest.raises(ApplicationError) as refusal:
            supplement_to(first)
        assert "parent_id" in refusal.value.errors

    def test_refuses_a_contract_of_another_customer_and_one_that_nobody_signed(self, company, main):
        other = customer_of(company.rep1)
        with pytest.raises(ApplicationError):
            services.create_contract(
                customer_id=other.pk,
                actor=company.rep1,
                fields={"kind": "supplement", "parent_id": main.pk},
            )
        with pytest.raises(ApplicationError) as refusal:
            supplement_to(draft_of(company.rep1))
        assert refusal.value.code == "wrong_state"

    def test_whoever_does_not_see_the_contract_does_not_change_it(self, company, main):
        with pytest.raises(Exception, match=r"does not exist|matching query"):
            supplement_to(main, owner=company.rep2)

    def test_keeps_its_kind_its_contract_and_a_template_of_supplements(self, company, main):
        draft, plain = supplement_to(main), draft_of(company.rep1, main.customer)
        for contract, fields, field in (
            (draft, {"kind": "new"}, "kind"),
            (plain, {"kind": "supplement", "parent_id": main.pk}, "kind"),
            (draft, {"template_id": main.template_id}, "template_id"),
            (plain, {"template_id": draft.template_id}, "template_id"),
        ):
            contract.refresh_from_db()
            with pytest.raises(ApplicationError) as refusal:
                services.update_contract(
                    contract_id=contract.pk,
                    revision=contract.revision,
                    fields=fields,
                    actor=company.rep1,
                )
            assert field in refusal.value.errors
            contract.refresh_from_db()
            assert contract.revision == 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            (lambda: Amendment("term"), "changes.term"),
            (lambda: move(7, 5), "changes.instalment.7"),
            (lambda: Amendment("instalment", instalment=1), "changes.instalment.1"),
            (lambda: reword("nothing_like_it"), "changes.clause.nothing_like_it"),
            (lambda: reword("price"), "changes.clause.price"),
            (lambda: reword(text="  \n "), "changes.clause.refund"),
            (lambda: reword(text="看不见的\u202e字"), "changes.clause.refund"),
            (lambda: reword(risk="huge"), "changes.clause.refund"),
            (lambda: add_clause(title=" "), "changes.clause.1"),
            (lambda: add_clause(after="nowhere"), "changes.clause.1"),
            (lambda: Amendment("price"), "changes.clause.1"),
        ],
    )
    def test_each_change_that_cannot_be_is_named(self, company, main, change, field):
        with pytest.raises(ApplicationError) as refusal:
            supplement_to(main, change())
        assert list(refusal.value.errors) == [field]
        assert not AmendmentChange.objects.exists()

    def test_nothing_is_changed_twice_and_what_stays_as_it_is_leaves_no_row(self, company, main):
        with pytest.raises(ApplicationError):
            supplement_to(main, term_to(400), term_to(500))
        draft = supplement_to(main, reword(text=text_of(main, "refund")))
        assert not draft.amendments.exists()

    def test_only_a_supplement_changes_something(self, company):
        with pytest.raises(ApplicationError) as refusal:
            draft_of(company.rep1, changes=[term_to(400)])
        assert refusal.value.code == "no_supplement"


class TestSubmission:
    def test_without_money_it_needs_no_product_no_plan_and_no_term(self, company, main):
        supplement = submit(company, supplement_to(main, term_to(400)))
        assert (supplement.state, supplement.no) == ("reviewing", f"{main.no}-B1")
        row = supplement.amendments.get()
        assert (row.old_day, row.applied_no) == (main.end_on, None)
        content = supplement.versions.get().content
        assert content["main"]["no"] == main.no
        assert content["changes"][0]["old_day"] == main.end_on.isoformat()

    def test_numbers_count_for_each_contract_and_stay_with_what_is_given_up(self, company, main):
        other = in_effect(company)
        first = submit(company, supplement_to(main, term_to(400)))
        services.return_contract(contract_id=first.pk, actor=PROCESS)
        services.void_contract(contract_id=first.pk, reason="不改了", actor=company.rep1)
        second = submit(company, supplement_to(main, term_to(400)))
        third = submit(company, supplement_to(other, term_to(400)))
        assert [second.no, third.no] == [f"{main.no}-B2", f"{other.no}-B1"]
        first.refresh_from_db()
        assert (first.no, first.state) == (f"{main.no}-B1", "voided")
        assert submit(company, draft_of(company.rep1)).no[-4:] == f"{int(other.no[-4:]) + 1:04}"

    def test_what_it_lacks_is_said_by_field(self, company, main):
        for changes, fields, field in (
            ((), {}, "changes"),
            ((term_to(-1),), {}, "changes.term"),
            ((Amendment("term", new_day=main.end_on),), {}, "changes.term"),
            (
                (term_to(5),),
                {"effective_rule": "on_date", "effective_due_on": clock.today() + timedelta(days=9)},
                "changes.term",
            ),
            ((move(1, -1),), {}, "changes.instalment.1"),
            ((move(1, 10),), {}, "changes.instalment.1"),
            ((reword(reason=""),), {}, "changes.clause.refund"),
            ((term_to(400),), {"effective_rule": "on_first_payment"}, "effective_rule"),
        ):
            draft = supplement_to(main, *changes, **fields)
            assert field in [one.field for one in lacks_of(draft)], field
            with pytest.raises(ApplicationError) as refusal:
                submit(company, draft)
            assert refusal.value.code == "contract_incomplete"
            draft.refresh_from_db()
            assert (draft.state, draft.no) == ("draft", None)

    def test_a_paid_instalment_is_not_moved(self, company, main):
        pay(company, main, 1, "6800.00")
        assert [one.field for one in lacks_of(supplement_to(main, move(1, 90)))] == ["changes.instalment.1"]
        assert lacks_of(supplement_to(main, move(2, 90))) == []

    def test_what_it_sells_has_lines_a_plan_and_a_term_of_its_own(self, company, main):
        draft = supplement_to(main, lines=[membership("3000.00")])
        assert {one.field for one in lacks_of(draft)} == {"start_on", "end_on", "plan"}
        supplement = changed_by(
            company, main, lines=[membership("3000.00")], plan=instalments((5, "3000.00")), **term()
        )
        assert in_force(main).amount == main.amount + Decimal("3000.00")
        assert [one.line.amount for one in in_force(main).instalments] == [
            Decimal("6800.00"),
            Decimal("6000.00"),
            Decimal("3000.00"),
        ]
        assert supplement.plan_lines.get().amount == Decimal("3000.00")

    def test_a_second_one_about_the_same_thing_waits_for_the_first(self, company, main):
        first = submit(company, supplement_to(main, term_to(400), reword()))
        second = supplement_to(main, term_to(500), move(2, 60))
        assert [one.field for one in lacks_of(second)] == ["changes.term"]
        assert first.no in str(lacks_of(second)[0].text)
        take_effect(company, first)
        assert lacks_of(Contract.objects.get(pk=second.pk)) == []
        assert submit(company, second).amendments.get(kind="term").old_day == clock.today() + timedelta(
            days=400
        )

    def test_when_the_main_contract_has_ended_nothing_is_submitted(self, company, main):
        draft = supplement_to(main, term_to(400))
        Contract.objects.filter(pk=main.pk).update(state="expired")
        draft = Contract.objects.get(pk=draft.pk)
        assert [one.field for one in lacks_of(draft)] == ["parent_id"]

    def test_a_new_wording_is_a_deviation_that_somebody_entitled_accepts(self, company, main):
        supplement = submit(company, supplement_to(main, reword(), add_clause(after="refund")))
        rows = ClauseDeviation.objects.filter(version__contract=supplement).order_by("pk")
        assert [(one.template_code, one.kind, one.risk) for one in rows] == [
            ("membership", "changed", "mid"),
            ("membership", "added", "low"),
        ]
        with pytest.raises(ApplicationError) as refusal:
            services.approve_contract(contract_id=supplement.pk, actor=PROCESS)
        assert refusal.value.code == "deviations_not_accepted"
        accept(company, supplement)
        assert services.approve_contract(contract_id=supplement.pk, actor=PROCESS).state == "approved"


class TestTakingEffect:
    def test_the_term_is_extended_and_whoever_waits_for_its_end_is_told(self, company, main):
        supplement = changed_by(company, main, term_to(500))
        main.refresh_from_db()
        day = clock.today() + timedelta(days=500)
        assert (main.in_force_until, main.end_on) == (day, clock.today() + timedelta(days=364))
        told = Message.objects.get(name="contract.term_changed")
        assert (told.subject_id, told.payload["supplement"]) == (str(main.pk), supplement.no)
        entry = AuditEntry.objects.get(action="contracts.apply_changes")
        assert entry.note == supplement.no
        found = in_force(main).term
        assert (found.day, found.source, found.old) == (day, supplement, main.end_on)
        said = next(one for one in in_force(main).clauses if one.code == "term")
        assert (said.source, chinese_date(day) in said.text) == (supplement, True)
        assert chinese_date(main.end_on) in text_of(main, "term")

    def test_an_instalment_falls_due_later_and_is_late_from_then_on(self, company):
        main = in_effect(company, (2, "6800.00"), (40, "6000.00"))
        with clock.travel(timedelta(days=5)):
            assert selectors.overdue_instalments(company.finance, clock.today()).count() == 1
            changed_by(company, main, move(1, 25))
            assert not selectors.overdue_instalments(company.finance, clock.today()).exists()
        with clock.travel(timedelta(days=33)):
            late = selectors.overdue_instalments(company.finance, clock.today()).get()
            assert late.days_overdue == 3
        row = AmendmentChange.objects.get()
        assert row.old_day == clock.today() + timedelta(days=2)
        assert not Message.objects.filter(name="contract.term_changed").exists()

    def test_the_wording_is_folded_in_the_order_of_effect(self, company, main):
        first = changed_by(company, main, reword(text="第一稿"), add_clause(text="保密一"))
        added = first.amendments.get(kind="added").code
        second = changed_by(company, main, reword(text="第二稿"), reword(added, "保密二"))
        by_code = {one.code: one for one in clauses_in_force(main)}
        assert (by_code["refund"].text, by_code["refund"].old_text) == ("第二稿", "第一稿")
        assert (by_code["refund"].source, by_code[added].source) == (second, second)
        assert by_code[added].text == "保密二"
        assert by_code["refund"].number.startswith("第")

    def test_frozen_texts_of_the_main_contract_stay(self, company, main):
        before = main.versions.values().get()
        paper = services.contract_document(main).read()
        changed_by(company, main, term_to(500), move(1, 90), reword())
        assert main.versions.values().get() == before
        assert services.contract_document(main).read() == paper

    def test_braces_are_just_braces(self, company, main):
        text = "费率见{rate}；{amount}不变。"
        changed_by(company, main, reword(text=text))
        assert text_of(main, "refund") == text

    def test_it_may_change_a_contract_that_is_signed_and_waits_for_its_money(self, company):
        draft = draft_of(company.rep1, fields=term(rule="on_first_payment"))
        main = sign(company, submit(company, draft))
        changed_by(company, main, term_to(500))
        main.refresh_from_db()
        assert (main.state, main.in_force_until) == ("signed", clock.today() + timedelta(days=500))
        pay(company, main, 1, "12800.00")
        services.activate_contract(contract_id=main.pk, actor=PROCESS)
        main.refresh_from_db()
        assert (main.state, main.in_force_until) == ("active", clock.today() + timedelta(days=500))

    def test_one_that_is_overtaken_is_approved_by_nobody_and_takes_no_effect(
        self, company, main, monkeypatch
    ):
        """Were two under way about the same thing, the second would still overwrite nothing."""
        monkeypatch.setattr(amendments, "_taken", lambda contract, main: {})
        first, second, third = (
            submit(company, supplement_to(main, term_to(days), reword(text=f"第{days}稿")))
            for days in (500, 600, 700)
        )
        third = sign(company, third)
        take_effect(company, first)
        with pytest.raises(Conflict) as refusal:
            accept(company, second)
        assert refusal.value.code == "overtaken"
        assert not second.decisions.exists()
        for deed, contract in (
            (services.approve_contract, second),
            (services.activate_contract, third),
        ):
            state = Contract.objects.get(pk=contract.pk).state
            with pytest.raises((Conflict, ApplicationError)):
                deed(contract_id=contract.pk, actor=PROCESS)
            assert Contract.objects.get(pk=contract.pk).state == state
        main.refresh_from_db()
        assert main.in_force_until == clock.today() + timedelta(days=500)
        assert text_of(main, "refund") == "第500稿"
        assert third.amendments.filter(applied_no__isnull=True).count() == 2

    def test_a_main_contract_that_ended_meanwhile_is_changed_no_more(self, company, main):
        supplement = sign(company, submit(company, supplement_to(main, term_to(500), move(1, 50))))
        Contract.objects.filter(pk=main.pk).update(state="terminated")
        with pytest.raises(Conflict) as refusal:
            services.activate_contract(contract_id=supplement.pk, actor=PROCESS)
        assert refusal.value.code == "main_contract_ended"
        main.refresh_from_db()
        supplement.refresh_from_db()
        assert (main.in_force_until, supplement.state) == (main.end_on, "signed")
        assert main.plan_lines.get(seq=1).due_on == clock.today() + timedelta(days=10)

    def test_an_instalment_paid_meanwhile_is_approved_by_nobody(self, company, main):
        supplement = submit(company, supplement_to(main, move(1, 90)))
        pay(company, main, 1, "6800.00")
        with pytest.raises(Conflict) as refusal:
            accept(company, supplement)
        assert refusal.value.code == "overtaken"


class TestTheDatabase:
    def refused(self, name: str, rows, **values) -> None:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**values)

    def test_a_supplement_has_a_main_contract_of_the_same_customer(self, company, main):
        draft = supplement_to(main, term_to(400))
        rows = Contract.objects.filter(pk=draft.pk)
        self.refused("supplement_has_a_parent", rows, parent=None)
        self.refused("is of another customer", rows, parent=in_effect(company))
        self.refused("is a supplement itself", rows, parent=supplement_to(main))
        Contract.objects.filter(pk=main.pk).update(state="completed")
        self.refused("is completed", rows, state="reviewing", no="X-B1", effective_rule="on_signature")
        draft.refresh_from_db()
        assert (draft.parent, draft.state) == (main, "draft")

    def test_term_and_due_dates_move_only_as_a_supplement_in_effect_says(self, company, main):
        day = clock.today() + timedelta(days=400)
        submit(company, supplement_to(main, Amendment("term", new_day=day), move(1, 400)))
        self.refused("No supplement in effect", Contract.objects.filter(pk=main.pk), in_force_until=day)
        lines = PaymentPlanLine.objects.filter(contract=main, seq=1)
        self.refused("cannot change", lines, due_on=day)
        take_effect(company, Contract.objects.get(kind="supplement"))
        assert lines.get().due_on == day
        self.refused("cannot change", lines, due_on=day + timedelta(days=1))
        self.refused("cannot change", lines, amount=1)
        self.refused("cannot change", lines, note="x")
        self.refused(
            "No supplement in effect",
            Contract.objects.filter(pk=main.pk),
            in_force_until=day + timedelta(days=1),
        )

    def test_what_is_changed_is_frozen_with_the_submission(self, company, main):
        supplement = submit(company, supplement_to(main, term_to(400)))
        rows = AmendmentChange.objects.filter(contract=supplement)
        self.refused("what it changes stays", rows, new_day=clock.today())
        self.refused("what it changes stays", rows, applied_no=1)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.delete()
        take_effect(company, supplement)
        assert rows.get().applied_no == 1
        self.refused("what it changes stays", rows, applied_no=2)

    def test_a_change_says_one_thing(self, company, main):
        draft = supplement_to(main, term_to(400))
        rows = AmendmentChange.objects.filter(contract=draft)
        self.refused("amendment_says_one_thing", rows, text="x")
        self.refused("amendment_says_one_thing", rows, kind="clause")
        self.refused("amendment_says_one_thing", rows, new_day=None)

    def test_other_contracts_still_need_a_term_and_money(self, company):
        contract = draft_of(company.rep1)
        rows = Contract.objects.filter(pk=contract.pk)
        self.refused(
            "submitted_contract_has_a_term",
            rows,
            state="reviewing",
            no="X",
            effective_rule="on_signature",
            end_on=None,
        )


@pytest.mark.django_db(transaction=True)
def test_two_who_submit_about_the_same_thing_at_once_and_numbers_without_gaps(company):
    main = in_effect(company)
    same = [supplement_to(main, term_to(400 + n)) for n in range(2)]
    others = [supplement_to(main, move(1, 60)), supplement_to(main, reword())]
    drafts, heard = [*same, *others], []
    start = threading.Barrier(len(drafts))

    def hand_in(draft: Contract) -> None:
        try:
            start.wait(10)
            heard.append(submit(company, draft).no)
        except ApplicationError as refusal:
            heard.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=hand_in, args=[draft]) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(heard) == sorted(["contract_incomplete", *(f"{main.no}-B{n}" for n in (1, 2, 3))])
    states = sorted(Contract.objects.filter(kind="supplement").values_list("state", flat=True))
    assert states == ["draft", "reviewing", "reviewing", "reviewing"]


def pay(company, contract: Contract, seq: int, amount: str) -> None:
    line = contract.plan_lines.get(seq=seq)
    payment = services.record_payment(
        customer_id=contract.customer_id,
        fields={"received_on": clock.today(), "amount": amount, "method": "transfer"},
        shares=[services.Share(line.pk, Decimal(amount))],
        actor=company.finance,
    )
    services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
