"""Moves of a contract belong to its process; each refuses the wrong state and changes nothing."""

import pytest
from django.core.exceptions import PermissionDenied

from contracts import services
from contracts.models import Contract
from core import clock
from core.errors import ApplicationError, Conflict
from tests.contracts.factory import draft_of

MOVES = [
    services.submit_contract,
    services.appraise_contract,
    services.approve_contract,
    services.return_contract,
    services.reject_contract,
    services.activate_contract,
]


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.__name__)
def test_people_do_not_walk_around_the_process(company, submitted, move):
    for person in (company.rep1, company.manager1, company.gm, company.admin):
        with pytest.raises(PermissionDenied):
            move(contract_id=submitted.pk, actor=person)
    submitted.refresh_from_db()
    assert submitted.state == "reviewing"


@pytest.mark.parametrize(
    ("state_before", "move"),
    [
        ("reviewing", services.submit_contract),
        ("draft", services.appraise_contract),
        ("draft", services.approve_contract),
        ("draft", services.return_contract),
        ("draft", services.reject_contract),
        ("reviewing", services.activate_contract),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_move_from_the_wrong_state_is_a_conflict(company, process, state_before, move):
    contract = draft_of(company.rep1)
    if state_before == "reviewing":
        services.submit_contract(contract_id=contract.pk, actor=process)
    revision = Contract.objects.get(pk=contract.pk).revision
    with pytest.raises(Conflict) as refusal:
        move(contract_id=contract.pk, actor=process)
    assert refusal.value.code == "wrong_state"
    contract.refresh_from_db()
    assert (contract.state, contract.revision) == (state_before, revision)


class TestSubmitContract:
    def test_snapshots_the_parties_so_that_later_changes_of_the_customer_do_not_show(
        self, company, submitted
    ):
        from crm.services import update_customer

        customer = submitted.customer
        customer.refresh_from_db()
        update_customer(
            customer_id=customer.pk,
            revision=customer.revision,
            changes={"legal_representative": "李四"},
            actor=company.rep1,
        )
        submitted.refresh_from_db()
        assert submitted.party_a["legal_representative"] == "张三"
        assert submitted.party_b["bank"].startswith("中国工商银行")

    def test_the_same_content_has_the_same_fingerprint_and_another_another(self, company, process, submitted):
        first = submitted.versions.get()
        services.return_contract(contract_id=submitted.pk, actor=process)
        services.submit_contract(contract_id=submitted.pk, actor=process)
        services.return_contract(contract_id=submitted.pk, actor=process)
        submitted.refresh_from_db()
        services.update_contract(
            contract_id=submitted.pk, revision=submitted.revision, actor=company.rep1, fields={"copies": 4}
        )
        services.submit_contract(contract_id=submitted.pk, actor=process)
        second, third = submitted.versions.order_by("seq")[1:]
        assert second.sha256 == first.sha256
        assert third.sha256 != first.sha256


class TestRecordDecision:
    def test_nobody_reviews_their_own_contract(self, company, submitted):
        with pytest.raises(ApplicationError) as refusal:
            services.record_decision(
                contract_id=submitted.pk, actor=company.rep1, outcome="approve", step="manager_review"
            )
        assert refusal.value.code == "own_contract"
        assert not submitted.decisions.exists()

    def test_the_system_does_not_decide(self, process, submitted):
        with pytest.raises(PermissionDenied):
            services.record_decision(
                contract_id=submitted.pk, actor=process, outcome="approve", step="manager_review"
            )
        assert not submitted.decisions.exists()


class TestSealContract:
    def test_takes_the_right_to_seal(self, company, process, submitted):
        services.approve_contract(contract_id=submitted.pk, actor=process)
        with pytest.raises(PermissionDenied):
            services.seal_contract(
                contract_id=submitted.pk, actor=company.finance, seal_kind="contract", copies=2
            )
        submitted.refresh_from_db()
        assert submitted.state == "approved"
        assert not submitted.seal_records.exists()

    @pytest.mark.parametrize(("seal_kind", "copies"), [("contract", 0), ("contract", 21), ("unknown", 2)])
    def test_refuses_what_cannot_be(self, company, process, submitted, seal_kind, copies):
        services.approve_contract(contract_id=submitted.pk, actor=process)
        with pytest.raises(ApplicationError):
            services.seal_contract(
                contract_id=submitted.pk, actor=company.seal, seal_kind=seal_kind, copies=copies
            )
        assert not submitted.seal_records.exists()


class TestActivateContract:
    def test_needs_both_signatures(self, company, process, submitted):
        Contract.objects.filter(pk=submitted.pk).update(state="signed", signed_on=clock.today())
        with pytest.raises(ApplicationError) as refusal:
            services.activate_contract(contract_id=submitted.pk, actor=process)
        assert refusal.value.code == "not_signed"
        submitted.refresh_from_db()
        assert submitted.state == "signed"


class TestVisibility:
    def test_own_subtree_and_all(self, company, submitted):
        seen = [
            name
            for name in (
                "rep1",
                "rep2",
                "rep3",
                "manager1",
                "manager2",
                "director",
                "gm",
                "finance",
                "seal",
                "tech",
            )
            if Contract.objects.visible_to(getattr(company, name)).exists()
        ]
        assert seen == ["rep1", "manager1", "director", "gm", "finance", "seal"]

    def test_is_found_by_number_title_and_customer(self, company, submitted):
        for text in (submitted.no, "会员服务", submitted.customer.name[:4]):
            assert Contract.objects.visible_to(company.rep1).search(text).get() == submitted
