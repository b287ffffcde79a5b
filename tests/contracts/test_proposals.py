"""A run of letters: reasons, two persons, balances of the moment, never twice; and how letters are sent."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from contracts import services
from contracts.models import (
    CollectionLevel,
    DunningDispatch,
    DunningNotice,
    DunningNoticeLine,
    DunningProposal,
    ProposalLine,
)
from core import clock
from core.errors import ApplicationError, Conflict
from core.jobs.registry import JobRun
from core.models import BackgroundJob, NumberRule
from crm.models import CustomerAddress
from tests.contracts.debts import approved_run, at_level, owing, paid
from tests.contracts.test_collection import dispute, promise, refused


@pytest.fixture
def debt(company):
    return owing(company)


def text_of(content: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def lines_of(proposal) -> dict[int, tuple[str, int, bool]]:
    return {one.customer_id: (one.kind, one.level, one.is_excluded) for one in proposal.lines.all()}


class TestProposing:
    def test_the_kind_follows_from_the_level_and_the_sum_from_the_day(self, company, debt):
        warned, pressed = owing(company), owing(company)
        at_level(warned, 1)
        for level in (1, 2):
            at_level(pressed, level, company.manager1)
        proposal = services.propose_run(actor=company.finance)
        assert lines_of(proposal) == {
            debt.customer_id: ("notice", 0, False),
            warned.customer_id: ("notice", 1, False),
            pressed.customer_id: ("letter", 2, False),
        }
        line = proposal.lines.get(customer=debt.customer)
        assert (line.principal, line.interest, line.total, line.days_overdue) == (
            Decimal("9000.00"),
            Decimal("120.00"),
            Decimal("9120.00"),
            40,
        )

    def test_who_is_left_out_is_named_with_the_reason(self, company, debt):
        promised, disputed, homeless, again = (owing(company) for _number in range(4))
        promise(company, promised)
        for seq in (1, 2):
            dispute(company, disputed, seq)
        CustomerAddress.objects.filter(customer=homeless.customer).exclude(kind="registered").delete()
        with clock.travel(-timedelta(days=1)):
            services.print_dunning(customer_ids=[again.customer_id], actor=company.finance)
        proposal = services.propose_run(actor=company.finance)
        reasons = {one.customer_id: one.reason for one in proposal.lines.filter(is_excluded=True)}
        assert set(reasons) == {one.customer_id for one in (promised, disputed, homeless, again)}
        assert "CK-" in reasons[again.customer_id]
        assert all(reasons.values())
        # Somebody may write to who has promised, not to who has no address or disputes everything.
        for contract, goes in ((promised, True), (again, True), (homeless, False), (disputed, False)):
            line = proposal.lines.get(customer=contract.customer)
            if goes:
                services.include(proposal_id=proposal.pk, line_id=line.pk, actor=company.finance)
            else:
                with pytest.raises((ApplicationError, Conflict)):
                    services.include(proposal_id=proposal.pk, line_id=line.pk, actor=company.finance)

    def test_nothing_overdue_is_nothing_to_propose(self, company):
        owing(company, plan=((10, "100.00"),))
        with pytest.raises(ApplicationError) as refusal:
            services.propose_run(actor=company.finance)
        assert refusal.value.code == "nothing_overdue"
        with pytest.raises(ApplicationError):
            services.propose_run(actor=company.finance, as_of=clock.today() + timedelta(days=1))

    def test_only_who_prints_letters_proposes_them(self, company, debt):
        for person in (company.rep1, company.director, company.gm):
            with pytest.raises(PermissionDenied):
                services.propose_run(actor=person)


class TestAgreeing:
    def test_whoever_made_it_does_not_approve_it(self, company, debt):
        proposal = services.propose_run(actor=company.finance)
        with pytest.raises(Conflict):
            services.approve_run(proposal_id=proposal.pk, actor=company.finance2)
        services.submit_run(proposal_id=proposal.pk, actor=company.finance)
        with pytest.raises(ApplicationError) as refusal:
            services.approve_run(proposal_id=proposal.pk, actor=company.finance)
        assert refusal.value.code == "second_person_needed"
        services.approve_run(proposal_id=proposal.pk, actor=company.director)
        proposal.refresh_from_db()
        assert (proposal.state, proposal.approved_by) == ("approved", company.director)

    def test_letters_are_left_out_with_a_reason_until_it_is_approved(self, company, debt):
        other = owing(company)
        proposal = services.propose_run(actor=company.finance)
        line = proposal.lines.get(customer=other.customer)
        with pytest.raises(ApplicationError):
            services.exclude(proposal_id=proposal.pk, line_id=line.pk, reason=" ", actor=company.finance)
        services.exclude(
            proposal_id=proposal.pk, line_id=line.pk, reason="正在洽谈续约", actor=company.finance
        )
        services.submit_run(proposal_id=proposal.pk, actor=company.finance)
        services.approve_run(proposal_id=proposal.pk, actor=company.finance2)
        with pytest.raises(Conflict):
            services.include(proposal_id=proposal.pk, line_id=line.pk, actor=company.finance)
        run = services.print_run(proposal_id=proposal.pk, actor=company.finance)
        assert [one.customer for one in run.notices.all()] == [debt.customer]

    def test_strangers_do_not_find_it_and_readers_do_not_touch_it(self, company, debt):
        proposal = services.propose_run(actor=company.finance)
        with pytest.raises(DunningProposal.DoesNotExist):
            services.submit_run(proposal_id=proposal.pk, actor=company.rep3)
        with pytest.raises(PermissionDenied):
            services.submit_run(proposal_id=proposal.pk, actor=company.gm)

    def test_discarded_nothing_of_it_is_printed(self, company, debt):
        proposal = approved_run(company)
        services.reject_run(proposal_id=proposal.pk, reason="改下周", actor=company.finance)
        with pytest.raises(Conflict):
            services.print_run(proposal_id=proposal.pk, actor=company.finance)

    def test_all_left_out_is_not_submitted(self, company, debt):
        proposal = services.propose_run(actor=company.finance)
        line = proposal.lines.get()
        services.exclude(proposal_id=proposal.pk, line_id=line.pk, reason="不发", actor=company.finance)
        with pytest.raises(ApplicationError):
            services.submit_run(proposal_id=proposal.pk, actor=company.finance)


class TestPrinting:
    def test_notices_and_letters_in_one_file_and_a_file_each(self, company, debt):
        pressed = owing(company)
        for level in (1, 2):
            at_level(pressed, level, company.manager1)
        run = services.print_run(proposal_id=approved_run(company).pk, actor=company.finance)
        notice, letter = (
            run.notices.get(customer=debt.customer),
            run.notices.get(customer=pressed.customer),
        )
        assert (notice.kind, notice.level, letter.kind, letter.level) == ("notice", 0, "letter", 2)
        assert sorted(one.no[-4:] for one in (notice, letter)) == ["0001", "0002"]
        words = text_of(letter.document.read())
        for piece in ("催款函", letter.no, "本金（大写）：人民币玖仟元整", "违约金（大写）：人民币壹佰贰拾元整", "9,120.00",
                      "每日按未付金额的万分之五", "诉讼时效", "催款函回执"):  # fmt: skip
            assert piece in words, piece
        assert "违约金" in text_of(notice.document.read())
        merged = text_of(run.document.read())
        assert notice.no in merged
        assert letter.no in merged
        assert (letter.principal_total, letter.interest_total, letter.total) == (
            Decimal("9000.00"),
            Decimal("120.00"),
            Decimal("9120.00"),
        )
        assert set(CollectionLevel.objects.filter(level=2).values_list("notice", flat=True)) == {letter.pk}
        assert DunningNoticeLine.objects.filter(notice=letter, level=2).count() == 2

    def test_reprints_the_same_bytes(self, company, debt):
        for level in (1, 2):
            at_level(debt, level, company.manager1)
        run = services.print_run(proposal_id=approved_run(company).pk, actor=company.finance)
        letter = run.notices.get()
        before = letter.document.read()
        paid(company, debt, "5000.00")
        assert services.reprint_notice(notice_id=letter.pk, actor=company.finance2)[1] == before

    def test_what_was_paid_promised_or_disputed_since_falls_out_with_its_reason(self, company, debt):
        settled, promised, disputed = (owing(company, plan=((-20, "1000.00"),)) for _number in range(3))
        proposal = approved_run(company)
        paid(company, settled, "1000.00")
        promise(company, promised, "500.00")
        dispute(company, disputed)
        paid(company, debt, "2000.00")
        run = services.print_run(proposal_id=proposal.pk, actor=company.finance)
        notice = run.notices.get()
        assert (notice.customer, notice.principal_total) == (debt.customer, Decimal("7000.00"))
        dropped = proposal.lines.filter(is_excluded=True)
        assert {one.customer_id for one in dropped} == {
            one.customer_id for one in (settled, promised, disputed)
        }
        assert all(one.reason for one in dropped)
        assert NumberRule.objects.get(code="dunning").last_value == 1

    def test_nothing_left_is_told_and_takes_no_number(self, company):
        contract = owing(company, plan=((-20, "1000.00"),))
        proposal = approved_run(company)
        paid(company, contract, "1000.00")
        with pytest.raises(Conflict) as refusal:
            services.print_run(proposal_id=proposal.pk, actor=company.finance)
        assert refusal.value.code == "nothing_left"
        proposal.refresh_from_db()
        assert proposal.state == "approved"
        assert not DunningNotice.objects.exists()

    def test_a_level_is_asked_for_once_however_many_runs_hold_it(self, company, debt):
        for level in (1, 2):
            at_level(debt, level, company.manager1)
        first, second = approved_run(company), approved_run(company)
        services.print_run(proposal_id=first.pk, actor=company.finance)
        with clock.travel(timedelta(days=1)), pytest.raises(Conflict):
            services.print_run(proposal_id=second.pk, actor=company.finance)
        with pytest.raises(Conflict):
            services.print_run(proposal_id=first.pk, actor=company.finance)
        assert DunningNotice.objects.count() == 1

    def test_the_last_letter_says_so(self, company, debt):
        for level in (1, 2, 3):
            at_level(debt, level, company.director)
        run = services.print_run(proposal_id=approved_run(company).pk, actor=company.finance)
        words = text_of(run.notices.get().document.read())
        assert "最后催款函" in words
        assert "移交律师" in words

    def test_a_worker_prints_it_once(self, company, debt):
        proposal = approved_run(company)
        job = services.print_run_later(proposal_id=proposal.pk, actor=company.finance)
        assert BackgroundJob.objects.get(pk=job.pk).payload == {"proposal": proposal.pk}
        assert JobRun is not None


class TestTheDatabase:
    def test_two_persons_a_run_and_reasons(self, company, debt):
        proposal = services.propose_run(actor=company.finance)
        own = DunningProposal.objects.filter(pk=proposal.pk)
        with refused("proposal_is_approved_by_a_second_person"), transaction.atomic():
            own.update(approved_by=company.finance)
        with refused("printed_proposal_has_a_run"), transaction.atomic():
            own.update(state="printed", approved_by=company.finance2, approved_at=clock.now())
        with refused("approved_proposal_names_its_approver"), transaction.atomic():
            own.update(state="approved")
        with refused("discarded_proposal_has_a_reason"), transaction.atomic():
            own.update(state="rejected")
        lines = ProposalLine.objects.filter(proposal=proposal)
        with refused("left_out_letter_has_a_reason"), transaction.atomic():
            lines.update(is_excluded=True)
        with refused("proposed_total_is_its_parts"), transaction.atomic():
            lines.update(total=Decimal(1))
        with refused("proposed_letter_from_level_2"), transaction.atomic():
            lines.update(level=2)

    def test_what_was_approved_stays(self, company, debt):
        proposal = approved_run(company)
        lines = ProposalLine.objects.filter(proposal=proposal)
        for change in ({"principal": Decimal(1), "total": Decimal("121.00")}, {"level": 1}):
            with refused("its letters stay"), transaction.atomic():
                lines.update(**change)
        with refused("its letters stay"), transaction.atomic():
            lines.delete()
        with refused("does not become"), transaction.atomic():
            DunningProposal.objects.filter(pk=proposal.pk).update(state="draft")
        services.print_run(proposal_id=proposal.pk, actor=company.finance)
        with refused("so it stays"), transaction.atomic():
            DunningProposal.objects.filter(pk=proposal.pk).update(reject_reason="x")

    def test_a_letter_sums_and_is_one_of_its_kind_a_day(self, company, debt):
        run = services.print_dunning(customer_ids=[debt.customer_id], actor=company.finance)
        notice = run.notices.get()
        values = {
            field.attname: getattr(notice, field.attname)
            for field in DunningNotice._meta.fields
            if field.name not in ("id", "no")
        }
        with refused("notice_total_is_principal_and_interest"), transaction.atomic():
            DunningNotice.objects.create(
                **{**values, "interest_total": Decimal(1), "as_of": clock.today() - timedelta(days=9)}, no="X"
            )
        with refused("letter_from_level_2"), transaction.atomic():
            DunningNotice.objects.create(**{**values, "kind": "letter"}, no="X")
        line = debt.plan_lines.first()
        demand = {"notice": notice, "plan_line": line, "principal": Decimal(1), "interest": Decimal(0)}
        DunningNoticeLine.objects.create(level=1, **demand)
        with refused("instalment_is_demanded_once_a_level"), transaction.atomic():
            DunningNoticeLine.objects.create(level=1, **demand)
        with refused("only ever added"), transaction.atomic():
            DunningNoticeLine.objects.update(level=2)


class TestSending:
    @pytest.fixture
    def notice(self, company, debt):
        return services.print_dunning(customer_ids=[debt.customer_id], actor=company.finance).notices.get()

    def test_sent_and_delivered_with_its_evidence(self, company, notice):
        services.mark_sent(
            notice_id=notice.pk, channel="ems", tracking_no="EB123456789CN", actor=company.finance
        )
        with clock.travel(timedelta(days=2)):
            sent = services.mark_delivered(notice_id=notice.pk, grade="signed", actor=company.finance2)
            assert (sent.delivered_on, sent.grade) == (clock.today(), "signed")
            with pytest.raises(Conflict):
                services.mark_delivered(notice_id=notice.pk, actor=company.finance)
        with pytest.raises(Conflict):
            services.mark_sent(notice_id=notice.pk, channel="hand", actor=company.finance)

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [({"channel": "ems"}, "tracking_no"), ({"channel": "pigeon"}, "channel"),
         ({"channel": "hand", "sent_on": 1}, "sent_on"), ({"channel": "hand", "sent_on": -1}, "sent_on")],
    )  # fmt: skip
    def test_what_cannot_be_is_said_beside_the_field(self, company, notice, fields, wrong):
        if "sent_on" in fields:
            fields = {**fields, "sent_on": clock.today() + timedelta(days=fields["sent_on"])}
        with pytest.raises(ApplicationError) as refusal:
            services.mark_sent(notice_id=notice.pk, actor=company.finance, **fields)
        assert list(refusal.value.errors) == [wrong]

    def test_not_delivered_before_it_was_sent(self, company, notice):
        with pytest.raises(ApplicationError):
            services.mark_delivered(notice_id=notice.pk, actor=company.finance)

    def test_who_may(self, company, notice):
        with pytest.raises(PermissionDenied):
            services.mark_sent(notice_id=notice.pk, channel="hand", actor=company.rep1)
        with pytest.raises(DunningNotice.DoesNotExist):
            services.mark_sent(notice_id=notice.pk, channel="hand", actor=company.rep3)

    def test_the_database(self, company, notice):
        services.mark_sent(notice_id=notice.pk, channel="hand", actor=company.finance)
        own = DunningDispatch.objects.filter(notice=notice)
        with refused("letter_arrives_when_sent_or_later"), transaction.atomic():
            own.update(
                delivered_on=clock.today() - timedelta(days=1),
                grade="signed",
                delivery_recorded_by=company.finance,
            )
        with refused("arrival_has_its_evidence"), transaction.atomic():
            own.update(delivered_on=clock.today())
        with refused("dispatch_stays"), transaction.atomic():
            own.update(channel="ems")
        with pytest.raises(IntegrityError), transaction.atomic():
            DunningDispatch.objects.create(
                notice=notice, channel="fax", sent_on=clock.today(), sent_by=company.finance
            )
