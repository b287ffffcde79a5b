"""Who signs first, what is recorded of each party, and how the copies travel."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from contracts import services
from contracts.models import Contract, SignatureRecord, SigningDispatch
from core import clock
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, Document
from tests.contracts.pages import sealed_contract
from tests.processes.walk import Walk
from workflows.models import WorkItem

PARTIES = ("A", "B")
SCAN = b"%PDF-1.7 signed"


@pytest.fixture
def signing(company) -> Contract:
    """A contract that is sealed, without a case."""
    return sealed_contract(company)


@pytest.fixture
def sealed(company) -> Walk:
    walk = Walk(company)
    walk.sealed()
    return walk


def sign(contract: Contract, party: str, actor, **changes) -> SignatureRecord:
    given = {"signed_on": clock.today(), "signer": {"A": "刘经理", "B": "郑国栋"}[party], **changes}
    return services.record_party_signature(contract_id=contract.pk, party=party, actor=actor, **given)


def both(contract: Contract, actor, **changes):
    return services.record_signature(contract_id=contract.pk, actor=actor, **changes)


def unchanged(contract: Contract, signatures: int = 0) -> bool:
    fresh = Contract.objects.get(pk=contract.pk)
    return (fresh.state, fresh.revision, fresh.signed_on) == (
        "signing",
        contract.revision,
        None,
    ) and fresh.signatures.count() == signatures


class TestOneParty:
    @pytest.mark.parametrize("party", PARTIES)
    def test_signs_first_and_the_contract_waits_for_the_other(self, company, signing, party):
        record = sign(signing, party, company.assistant, method="fax")
        assert (record.party, record.method, record.signed_on) == (party, "fax", clock.today())
        assert unchanged(signing, 1)
        entry = AuditEntry.objects.get(action="contracts.record_party_signature")
        assert entry.after["party"] == party
        # Followed by the other, it is signed on the day of the later one.
        other = {"A": "our_signer", "B": "customer_signer"}[party]
        with clock.travel(timedelta(days=3)):
            services.record_signature(
                contract_id=signing.pk,
                actor=company.assistant,
                signed_on=clock.today(),
                **{other: "王五"},
            )
            signing.refresh_from_db()
            assert (signing.state, signing.signed_on) == ("signed", clock.today())
        signers = dict(signing.signatures.values_list("party", "signer"))
        assert signers[party] == record.signer
        assert "王五" in signers.values()

    def test_each_has_its_own_day_signer_method_and_scan(self, company, signing):
        with clock.travel(timedelta(days=2)):
            sign(signing, "A", company.assistant, method="electronic")
            sign(signing, "B", company.assistant, signed_on=clock.today() - timedelta(days=1))
            found = list(signing.signatures.order_by("party").values_list("signer", "method"))
            assert found == [("刘经理", "electronic"), ("郑国栋", "paper")]
            assert unchanged(signing, 2)
            # Nothing is missing, nothing is asked.
            both(signing, company.assistant)
            signing.refresh_from_db()
            assert (signing.state, signing.signed_on) == ("signed", clock.today())

    @pytest.mark.parametrize("party", PARTIES)
    def test_signs_once(self, company, signing, party):
        sign(signing, party, company.assistant)
        for deed in (
            lambda: sign(signing, party, company.assistant, signer="别人"),
            lambda: both(
                signing,
                company.assistant,
                signed_on=clock.today(),
                customer_signer="别人",
                our_signer="别人",
            ),
        ):
            with pytest.raises(Conflict) as refusal:
                deed()
            assert refusal.value.code == "signed_already"
            assert unchanged(signing, 1)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"signer": "  "}, "signer"),
            ({"method": "smoke"}, "method"),
            ({"signed_on": 1}, "signed_on"),
            ({"signed_on": -1}, "signed_on"),
        ],
    )
    def test_what_cannot_be_is_refused_by_its_field(self, company, signing, changes, field):
        if field == "signed_on":
            changes = {"signed_on": clock.today() + timedelta(days=changes["signed_on"])}
        with pytest.raises(ApplicationError) as refusal:
            sign(signing, "A", company.assistant, **changes)
        assert set(refusal.value.errors) == {field}
        assert unchanged(signing)

    def test_there_is_no_third_party(self, company, signing):
        with pytest.raises(ApplicationError) as refusal:
            services.record_party_signature(
                contract_id=signing.pk,
                party="C",
                signed_on=clock.today(),
                signer="王五",
                actor=company.assistant,
            )
        assert refusal.value.code == "unknown_party"
        assert unchanged(signing)

    @pytest.mark.parametrize("who", ["rep1", "finance", "seal", "manager1"])
    def test_takes_the_right(self, company, signing, who):
        with pytest.raises(PermissionDenied):
            sign(signing, "A", getattr(company, who))
        assert unchanged(signing)

    def test_of_another_state_does_not_sign(self, company, draft, submitted):
        with pytest.raises(Conflict) as refusal:
            sign(submitted, "A", company.assistant)
        assert refusal.value.code == "wrong_state"
        assert not SignatureRecord.objects.exists()

    def test_finishing_asks_for_whoever_is_missing(self, company, signing):
        sign(signing, "B", company.assistant)
        with pytest.raises(ApplicationError) as refusal:
            both(signing, company.assistant, signed_on=clock.today())
        assert set(refusal.value.errors) == {"customer_signer"}
        with pytest.raises(ApplicationError) as refusal:
            both(signing, company.assistant, customer_signer="刘经理")
        assert set(refusal.value.errors) == {"signed_on"}
        assert unchanged(signing, 1)


class TestTheDatabase:
    def test_a_signature_stays(self, company, signing):
        sign(signing, "A", company.assistant)
        for statement in (
            "UPDATE contracts_signaturerecord SET signer = 'x'",
            "DELETE FROM contracts_signaturerecord",
        ):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert unchanged(signing, 1)

    def test_a_dispatch_stays_and_names_its_carrier(self, company, signing):
        services.record_signing_dispatch(
            contract_id=signing.pk, direction="out", carrier="顺丰速运", actor=company.assistant
        )
        row = SigningDispatch.objects.get()
        for deed in (
            lambda: SigningDispatch.objects.filter(pk=row.pk).update(carrier="EMS"),
            lambda: row.delete(),
            lambda: SigningDispatch.objects.create(
                contract=signing,
                direction="out",
                carrier="",
                sent_on=clock.today(),
                recorded_by=company.assistant,
                recorded_at=clock.now(),
            ),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                deed()
        assert SigningDispatch.objects.get().carrier == "顺丰速运"


@pytest.mark.django_db(transaction=True)
def test_two_who_record_the_same_party_at_once_record_it_once(company):
    contract = sealed_contract(company)
    start, heard = threading.Barrier(2), []

    def record(name: str) -> None:
        try:
            start.wait(10)
            sign(contract, "A", company.assistant, signer=name)
            heard.append("recorded")
        except Conflict as refusal:
            heard.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=record, args=[name]) for name in ("刘经理", "王五")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(heard) == ["recorded", "signed_already"]
    assert SignatureRecord.objects.filter(contract=contract, party="A").count() == 1


class TestTheCopies:
    def test_travel_out_and_back(self, company, signing):
        for direction, carrier, number in (("out", "顺丰速运", "SF 1234 5678"), ("back", "当面交接", "")):
            services.record_signing_dispatch(
                contract_id=signing.pk,
                direction=direction,
                carrier=carrier,
                tracking_no=number,
                note="两份",
                actor=company.assistant,
            )
        rows = signing.signing_dispatches.values_list("direction", "carrier", "tracking_no", "note")
        assert list(rows) == [("out", "顺丰速运", "SF12345678", "两份"), ("back", "当面交接", "", "两份")]
        assert AuditEntry.objects.filter(action="contracts.record_signing_dispatch").count() == 2
        assert unchanged(signing)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"direction": "up"}, "direction"),
            ({"carrier": " "}, "carrier"),
            ({"days": 1}, "sent_on"),
            ({"days": -1}, "sent_on"),
        ],
    )
    def test_what_cannot_be_is_refused_by_its_field(self, company, signing, changes, field):
        days = changes.pop("days", 0) if field == "sent_on" else 0
        given = {"direction": "out", "carrier": "EMS", "sent_on": clock.today() + timedelta(days=days)}
        with pytest.raises(ApplicationError) as refusal:
            services.record_signing_dispatch(
                contract_id=signing.pk, actor=company.assistant, **{**given, **changes}
            )
        assert set(refusal.value.errors) == {field}
        assert not SigningDispatch.objects.exists()

    def test_the_same_number_is_recorded_once_a_direction(self, company, signing):
        given = {
            "contract_id": signing.pk,
            "carrier": "EMS",
            "tracking_no": "EA1",
            "actor": company.assistant,
        }
        services.record_signing_dispatch(direction="out", **given)
        services.record_signing_dispatch(direction="back", **given)
        with pytest.raises(Conflict) as refusal:
            services.record_signing_dispatch(direction="out", **given)
        assert refusal.value.code == "dispatched_already"
        assert SigningDispatch.objects.count() == 2

    def test_go_on_travelling_to_whoever_signed_first(self, company, signing):
        both(signing, company.assistant, signed_on=clock.today(), customer_signer="刘", our_signer="郑")
        services.record_signing_dispatch(
            contract_id=signing.pk, direction="out", carrier="EMS", actor=company.assistant
        )
        assert SigningDispatch.objects.count() == 1

    def test_not_before_they_are_sealed_nor_by_everybody(self, company, submitted):
        given = {"contract_id": submitted.pk, "direction": "out", "carrier": "EMS"}
        with pytest.raises(Conflict):
            services.record_signing_dispatch(actor=company.assistant, **given)
        with pytest.raises(PermissionDenied):
            services.record_signing_dispatch(actor=company.rep1, **given)
        assert not SigningDispatch.objects.exists()


class TestThePages:
    def address(self, walk: Walk, party: str = "a") -> str:
        return reverse("contracts:party-sign", args=[walk.contract.pk, party])

    def given(self, **changes):
        return {"signed_on": clock.today().isoformat(), "signer": "刘经理", "method": "paper", **changes}

    def test_one_party_on_the_page_the_other_at_the_step(self, company, sealed, signed_in):
        client = signed_in(company.assistant)
        scan = SimpleUploadedFile("a.pdf", SCAN)
        answer = client.post(self.address(sealed), self.given(scan=scan))
        assert answer.status_code == 302
        record = SignatureRecord.objects.get()
        assert (record.party, record.scan.read()) == ("A", SCAN)
        sealed.stands("signing", "record_signature")
        page = client.get(sealed.contract.get_absolute_url()).content.decode()
        assert "刘经理" in page
        assert self.address(sealed, "b") in page
        assert self.address(sealed, "a") not in page
        item = WorkItem.objects.get(element="record_signature", status="open")
        WorkItem.objects.filter(pk=item.pk).update(assignee=company.assistant)
        form = client.get(reverse("workflows:work-item", args=[item.pk])).content.decode()
        assert "我方签署人" in form
        assert "客户方签署人" not in form
        sealed.do(
            "assistant",
            "record_signature",
            signed_on=clock.today().isoformat(),
            our_signer="郑国栋",
            method="paper",
        )
        sealed.stands("active", case="completed")

    def test_the_second_on_the_page_ends_the_step(self, company, sealed, signed_in):
        client = signed_in(company.assistant)
        client.post(self.address(sealed, "b"), self.given(signer="郑国栋"))
        sealed.stands("signing", "record_signature")
        client.post(self.address(sealed, "a"), self.given())
        sealed.stands("active", case="completed")
        assert sealed.contract.signatures.count() == 2

    def test_a_step_that_somebody_else_holds_is_theirs_to_end(self, company, sealed, signed_in):
        item = WorkItem.objects.get(element="record_signature", status="open")
        WorkItem.objects.filter(pk=item.pk).update(assignee=company.rep2)
        client = signed_in(company.assistant)
        for party in "ab":
            client.post(self.address(sealed, party), self.given())
        sealed.stands("signing", "record_signature")
        assert "两方签署均已登记" in client.get(sealed.contract.get_absolute_url()).content.decode()
        WorkItem.objects.filter(pk=item.pk).update(assignee=company.assistant)
        sealed.do("assistant", "record_signature")
        sealed.stands("active", case="completed")

    def test_a_refused_signature_files_no_scan(self, company, sealed, signed_in):
        client = signed_in(company.assistant)
        tomorrow = (clock.today() + timedelta(days=1)).isoformat()
        scan = SimpleUploadedFile("a.pdf", SCAN)
        answer = client.post(self.address(sealed), self.given(scan=scan, signed_on=tomorrow))
        assert answer.status_code == 400
        assert not SignatureRecord.objects.exists()
        assert not Document.objects.filter(kind="signed_contract").exists()

    def test_a_third_party_is_404_and_who_may_not_is_403(self, company, sealed, signed_in):
        assert signed_in(company.assistant).get(self.address(sealed, "c")).status_code == 404
        assert signed_in(company.rep1).get(self.address(sealed)).status_code == 403

    def test_copies_on_the_page_and_in_the_timeline(self, company, sealed, signed_in):
        client = signed_in(company.assistant)
        url = reverse("contracts:signing-dispatch", args=[sealed.contract.pk])
        given = {"direction": "out", "carrier": "顺丰速运", "tracking_no": "SF998877"}
        given["sent_on"] = clock.today().isoformat()
        assert client.post(url, given).status_code == 302
        page = client.get(sealed.contract.get_absolute_url()).content.decode()
        assert "SF998877" in page
        timeline = client.get(f"{sealed.contract.get_absolute_url()}?tab=timeline").content.decode()
        assert "登记了签署件寄送" in timeline
        sealed.sign()
        assert "SF998877" not in client.get(sealed.contract.get_absolute_url()).content.decode()
        record = client.get(f"{sealed.contract.get_absolute_url()}?tab=record").content.decode()
        assert "SF998877" in record

    def test_the_reader_sees_and_is_offered_nothing(self, company, sealed, signed_in):
        page = signed_in(company.rep1).get(sealed.contract.get_absolute_url()).content.decode()
        assert "签署与寄送" in page
        assert self.address(sealed) not in page
