"""Who signs first as a term of the contract: on paper, as signatures are recorded, and before our seal."""

from datetime import timedelta

import pypdfium2
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from contracts import services
from contracts.models import Contract, ContractTemplate, ContractVersion, SignatureRecord, SigningDispatch
from contracts.services.paper import printed
from contracts.services.seal_request import seal_request_pdf
from contracts.services.templates import load_more_templates
from core import clock
from core.actors import SystemActor
from core.errors import ApplicationError, Conflict
from tests.contracts.factory import draft_of, term
from tests.contracts.pages import PROCESS
from tests.contracts.supplement_world import in_effect, supplement_to, term_to
from tests.processes.walk import Walk
from workflows.models import WorkItem

FIRST = {"customer_first": "A", "we_first": "B"}
SENTENCES = {
    "customer_first": "由甲方先行签字盖章，乙方收到甲方签字盖章的文本后签字盖章。",
    "we_first": "由乙方先行签字盖章，甲方收到乙方签字盖章的文本后签字盖章。",
}


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join("".join(page.get_textpage().get_text_range() for page in document).split())


def submitted(company, order: str, **fields) -> Contract:
    contract = draft_of(company.rep1, fields={**term(), "signing_order": order, **fields})
    return services.submit_contract(contract_id=contract.pk, actor=PROCESS, submitted_by=company.rep1)


def approved(company, order: str) -> Contract:
    contract = submitted(company, order)
    return services.approve_contract(contract_id=contract.pk, actor=PROCESS)


def sealed(company, order: str) -> Contract:
    contract = approved(company, order)
    services.seal_contract(contract_id=contract.pk, actor=company.seal, seal_kind="contract", copies=2)
    return contract


def sign(company, contract: Contract, party: str, days_ago: int = 0) -> SignatureRecord:
    return services.record_party_signature(
        contract_id=contract.pk,
        party=party,
        signed_on=clock.today() - timedelta(days=days_ago),
        signer="王五",
        actor=company.assistant,
    )


def other(party: str) -> str:
    return {"A": "B", "B": "A"}[party]


def content_of(contract: Contract) -> dict:
    return ContractVersion.objects.get(contract=contract).content


class TestOnPaper:
    @pytest.mark.parametrize("order", FIRST)
    @pytest.mark.parametrize("code", ["membership", "order", "advertising"])
    def test_each_template_says_it(self, company, order, code):
        load_more_templates(actor=SystemActor("test"))
        template = ContractTemplate.objects.get(code=code)
        contract = submitted(company, order, template_id=template.pk)
        pdf = services.contract_document(contract).read()
        assert SENTENCES[order] in text_of(pdf)

    @pytest.mark.parametrize("order", FIRST)
    def test_a_supplement_says_it_as_its_contract_does(self, company, order):
        main = in_effect(company, fields={**term(), "signing_order": order})
        draft = supplement_to(main, term_to(500))
        assert draft.signing_order == order
        supplement = services.submit_contract(contract_id=draft.pk, actor=PROCESS, submitted_by=company.rep1)
        pdf = services.contract_document(supplement).read()
        assert SENTENCES[order] in text_of(pdf)

    def test_where_it_is_left_open_nothing_is_said(self, company):
        content = content_of(submitted(company, "either"))
        assert "先行签字" not in str(content["clauses"])
        assert not any("{signing_order}" in str(one["paragraphs"]) for one in content["clauses"])

    def test_what_was_frozen_before_there_was_a_choice_prints_as_it_did(self, company):
        content = content_of(submitted(company, "either"))
        before = {name: value for name, value in content.items() if name != "signing_order"}
        now, then = printed(content, draft=False), printed(before, draft=False)
        assert "signing_order" not in then.values
        assert (now.clauses, now.lines, now.preamble) == (then.clauses, then.lines, then.preamble)

    def test_is_frozen_with_the_contract(self, company):
        contract = submitted(company, "customer_first")
        with pytest.raises(IntegrityError, match="body cannot change"), transaction.atomic():
            Contract.objects.filter(pk=contract.pk).update(signing_order="either")
        contract.refresh_from_db()
        assert contract.signing_order == "customer_first"


class TestRecording:
    @pytest.mark.parametrize("order", FIRST)
    def test_the_second_party_waits_for_the_first(self, company, order):
        contract = sealed(company, order)
        first = FIRST[order]
        with pytest.raises(ApplicationError) as refusal:
            sign(company, contract, other(first))
        assert refusal.value.code == "wrong_order"
        assert "请先登记" in str(refusal.value.message)
        assert not SignatureRecord.objects.exists()
        sign(company, contract, first)
        sign(company, contract, other(first))
        assert contract.signatures.count() == 2

    @pytest.mark.parametrize("order", FIRST)
    def test_and_signs_no_day_before_it(self, company, order):
        with clock.travel(-timedelta(days=6)):
            contract = sealed(company, order)
        first = FIRST[order]
        sign(company, contract, first, days_ago=2)
        name = {"A": "our_signer", "B": "customer_signer"}[first]
        early = clock.today() - timedelta(days=3)
        for deed in (
            lambda: sign(company, contract, other(first), days_ago=3),
            lambda: services.record_signature(
                contract_id=contract.pk, actor=company.assistant, signed_on=early, **{name: "赵六"}
            ),
        ):
            with pytest.raises(ApplicationError) as refusal:
                deed()
            assert (refusal.value.code, list(refusal.value.errors)) == ("wrong_order", ["signed_on"])
            assert (clock.today() - timedelta(days=2)).isoformat() in str(refusal.value.message)
        contract.refresh_from_db()
        assert (contract.state, contract.signatures.count()) == ("signing", 1)
        services.record_signature(
            contract_id=contract.pk,
            actor=company.assistant,
            signed_on=clock.today() - timedelta(days=2),
            **{name: "赵六"},
        )
        contract.refresh_from_db()
        assert contract.state == "signed"

    @pytest.mark.parametrize("order", FIRST)
    def test_both_on_one_day_have_signed_in_order(self, company, order):
        contract = sealed(company, order)
        records = services.record_signature(
            contract_id=contract.pk,
            actor=company.assistant,
            signed_on=clock.today(),
            customer_signer="刘经理",
            our_signer="郑国栋",
        )
        assert [one.party for one in records] == [FIRST[order], other(FIRST[order])]
        contract.refresh_from_db()
        assert contract.state == "signed"

    @pytest.mark.parametrize("order", FIRST)
    def test_the_database_keeps_the_order(self, company, order):
        contract = sealed(company, order)
        row = {
            "contract": contract,
            "signer": "王五",
            "method": "paper",
            "recorded_by": company.assistant,
            "recorded_at": clock.now(),
        }
        first = FIRST[order]
        with pytest.raises(IntegrityError, match="signs first"), transaction.atomic():
            SignatureRecord.objects.create(party=other(first), signed_on=clock.today(), **row)
        SignatureRecord.objects.create(party=first, signed_on=clock.today(), **row)
        early = clock.today() - timedelta(days=1)
        with pytest.raises(IntegrityError, match="signs first"), transaction.atomic():
            SignatureRecord.objects.create(party=other(first), signed_on=early, **row)
        assert contract.signatures.count() == 1


class TestBeforeTheSeal:
    def test_copies_leave_unsealed_where_the_customer_signs_first(self, company):
        contract = approved(company, "customer_first")
        services.record_signing_dispatch(
            contract_id=contract.pk, direction="out", carrier="EMS", actor=company.assistant
        )
        assert SigningDispatch.objects.get().contract_id == contract.pk

    @pytest.mark.parametrize("order", ["either", "we_first"])
    def test_and_nowhere_else(self, company, order):
        contract = approved(company, order)
        with pytest.raises(Conflict) as refusal:
            services.record_signing_dispatch(
                contract_id=contract.pk, direction="out", carrier="EMS", actor=company.assistant
            )
        assert refusal.value.code == "wrong_state"
        assert not SigningDispatch.objects.exists()

    def test_the_seal_request_says_whose_turn_it_is(self, company):
        told = {}
        for order in ("either", *FIRST):
            contract = approved(company, order)
            _name, pdf = seal_request_pdf(contract_id=contract.pk, actor=company.seal)
            told[order] = text_of(pdf)
        assert "签署顺序" not in told["either"]
        assert "签署顺序客户先签：在客户签章后寄回的文本上用印。" in told["customer_first"]
        assert "签署顺序我方先签" in told["we_first"]

    def test_the_pages_say_it(self, company, signed_in):
        walk = Walk(company, signing_order="customer_first")
        for step in (walk.submit, walk.manager, walk.finance):
            step()
        item = WorkItem.objects.get(element="seal_contract", status="open")
        form = signed_in(company.seal).get(reverse("workflows:work-item", args=[item.pk])).content.decode()
        assert "本合同约定客户先签。" in form
        page = signed_in(company.assistant).get(walk.contract.get_absolute_url()).content.decode()
        assert "收回客户签章的文本后，我方再用印" in page
        assert reverse("contracts:signing-dispatch", args=[walk.contract.pk]) in page
        walk.seal()
        page = signed_in(company.assistant).get(walk.contract.get_absolute_url()).content.decode()
        assert reverse("contracts:party-sign", args=[walk.contract.pk, "a"]) in page
        assert reverse("contracts:party-sign", args=[walk.contract.pk, "b"]) not in page
