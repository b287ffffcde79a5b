"""The demo company: complete, consistent, dated from today, and loaded once."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Min

from config.demo.load import load_demo
from config.process_pages.reading import read_shipped
from contracts import selectors, services
from contracts.models import (
    ClauseMark,
    Contract,
    ContractDecision,
    ContractTemplate,
    ContractTermination,
    DunningNotice,
    DunningProposal,
    Payment,
    Product,
    PromiseToPay,
    Risk,
    SigningDispatch,
    SigningLink,
)
from contracts.services.counterparty import notes_of
from core import clock
from core.models import Notification, User
from crm.models import Customer, MemberAccount
from crm.normalise import clean_uscc
from service.models import Complaint, MemberActivation, Onboarding, RenewalCase
from service.services.extensions import known_terms
from workflows.models import Delivery, Incident, ProcessInstance, Subscription, Timer, WorkItem
from workflows.selectors import inbox


def loaded() -> dict[str, User]:
    assert load_demo() is True
    return {person.username: person for person in User.objects.all()}


@pytest.fixture
def demo(db) -> dict[str, User]:
    return loaded()


def of_process(person: User, *keys: str) -> list[str]:
    """What waits for somebody in the cases of these processes."""
    items = [item for box in ("mine", "queue") for item in inbox(person, box=box)]
    return sorted(item.element for item in items if item.instance.definition.key in keys)


def steps_of_people() -> set[tuple[str, str]]:
    """Every user task of the shipped diagrams."""
    return {(key, step.id) for key, one in read_shipped().items() for step in one.definition.user_tasks}


def sixty_contracts_of_every_kind() -> None:
    states = Counter(Contract.objects.values_list("state", flat=True))
    assert states == {
        "active": 23,
        "completed": 3,
        "expired": 2,
        "terminated": 4,
        "draft": 6,
        "reviewing": 7,
        "appraising": 2,
        "approved": 2,
        "signing": 5,
        "signed": 2,
        "rejected": 2,
        "voided": 2,
    }
    assert (states.total(), set(states)) == (60, set(Contract.State))
    assert min(states.values()) >= 2
    assert not Incident.objects.exists()
    # From every template, of every kind, in every order of signing, taking effect by every rule.
    used = set(Contract.objects.values_list("template__code", flat=True))
    assert used == set(ContractTemplate.objects.values_list("code", flat=True))
    for name, choices in (
        ("kind", Contract.Kind),
        ("signing_order", Contract.SigningOrder),
        ("effective_rule", Contract.EffectiveRule),
    ):
        assert set(Contract.objects.exclude(**{name: ""}).values_list(name, flat=True)) == set(choices), name
    assert set(Contract.objects.values_list("clause_changes__risk", flat=True)) >= set(Risk)
    # Ended before its time for every reason.
    ended = ContractTermination.objects.filter(state="agreed").values_list("kind", flat=True)
    assert set(ended) == set(ContractTermination.Kind)
    # Legal sent one back with a mark and another one had its mark answered; one was vetoed.
    assert set(ClauseMark.objects.values_list("answer", flat=True)) == {
        "",
        "客户坚持三十日，已取得采购制度文件作为附件。",
    }
    assert ContractDecision.objects.filter(step="legal_review", outcome="return").count() == 2
    assert [
        one.contract.state for one in ContractDecision.objects.filter(can_veto=True, outcome="reject")
    ] == ["draft"]
    # Legal reads a customer's own paper and has noted something.
    theirs = Contract.objects.get(counterparty_paper__isnull=False)
    assert (theirs.state, [one.risk for one in notes_of(theirs)]) == ("reviewing", ["high"])
    # A customer has confirmed the text by link, one of us has signed, and copies left before the seal.
    assert SigningLink.objects.exclude(acknowledged_at=None).count() == 1
    alone = Contract.objects.filter(state="signing", signatures__isnull=False)
    assert [(one.signing_order, one.signatures.get().party) for one in alone] == [("we_first", "B")]
    sent = SigningDispatch.objects.values_list("contract__state", "contract__signing_order")
    assert set(sent) == {("approved", "customer_first"), ("signing", "we_first")}
    # From a year and a half ago to more than a year from now.
    today = clock.today()
    assert (today - Contract.objects.earliest("submitted_at").submitted_at.date()).days > 530
    assert Contract.objects.filter(in_force_until__gt=today + timedelta(days=365)).exists()


def test_is_complete(demo):
    # Sixty-six of the company, three that the platform brought, and two that look like one of them.
    assert Customer.objects.count() == 71
    assert Counter(Customer.objects.filter(owner=None).values_list("pool_state", flat=True)) == {
        "pool": 5,
        "recycled": 1,
    }
    known = Customer.objects.exclude(uscc=None).filter(member_accounts=None)
    assert all(clean_uscc(code) for code in known.values_list("uscc", flat=True))
    assert Product.objects.count() == 6
    sixty_contracts_of_every_kind()
    assert set(Payment.objects.values_list("state", flat=True)) == {"draft", "confirmed", "reversed"}
    assert all(one.count for one in selectors.ageing(demo["finance"], clock.today()))
    assert DunningNotice.objects.count() == 2

    # Everybody has something to do: in the contract process, or a first look at the system.
    waits = {
        name: sorted(item.element for box in ("mine", "queue") for item in inbox(person, box=box))
        for name, person in demo.items()
    }
    assert all(waits.values())
    waits = {name: of_process(person, "contract_lifecycle", "get_to_know") for name, person in demo.items()}
    waits = {name: found for name, found in waits.items() if found}
    assert {name: found for name, found in waits.items() if found != ["look_around"]} == {
        "rep1": ["draft_contract"],
        "rep2": ["draft_contract", "draft_contract"],
        # One of them drafts the renewal.
        "rep3": ["draft_contract"] * 3,
        "manager1": ["manager_review"] * 2,
        "manager2": ["manager_review"],
        "director": ["manager_review", "panel_review", "press_signature"],
        "legal": ["legal_review", "legal_review", "panel_review"],
        "finance": ["finance_review", "panel_review"],
        "finance2": ["finance_review", "panel_review"],
        "aftersales": ["panel_review"],
        "aftersales2": ["panel_review"],
        "gm": ["gm_review"],
        "seal": ["seal_contract"] * 2,
        # The assistant also keeps the contract seal.
        "assistant": ["record_signature"] * 5 + ["seal_contract"] * 2,
    }

    # Collection shows each of its steps: calls, approvals, a dispute, the papers for counsel; and a promise.
    collecting = {name: of_process(person, "collection") for name, person in demo.items()}
    steps = {step for found in collecting.values() for step in found}
    assert steps >= {
        "chase_payment",
        "approve_level_manager",
        "approve_level_director",
        "resolve_dispute",
        "hand_to_counsel",
    }
    assert PromiseToPay.objects.filter(state="open").count() == 1
    assert DunningProposal.objects.get().state == "submitted"

    # Most onboardings are done; one waits at each step, and three of them are late.
    onboardings = Counter(Onboarding.objects.values_list("state", flat=True))
    assert onboardings == {"done": 23, "open": 8}
    assert Onboarding.objects.filter(state="open", due_at__lt=clock.now()).count() >= 3

    # A supplement extends a membership; the platform has declined that, and the page of its contract says so.
    (extended,) = MemberActivation.objects.filter(follows__isnull=False)
    known = known_terms([extended.contract])[extended.contract.pk]
    assert (extended.state, known.differs, known.ends_on) == ("failed", True, extended.ends_on)
    assert of_process(demo["tech"], "membership_extension") == ["mend_extension"]

    # Renewals: one is to be talked about, one rests, one is drafted, one is the director's, two are lost, one is done.
    states = Counter(RenewalCase.objects.values_list("state", flat=True))
    assert states == {"open": 3, "negotiating": 1, "lost": 2, "renewed": 1}
    renewal = {"instance__definition__key": "renewal", "status": "open"}
    moments = set(Timer.objects.filter(**renewal).values_list("element", flat=True))
    assert moments >= {"opens", "until_next_talk", "until_signed", "term_ends"}
    assert Customer.objects.get(name__contains="宜兴耐火").status == "lost"
    figures = RenewalCase.objects.values_list("customer__name", "figures__shop_clicks")
    assert {name[2:4] for name, clicks in figures if not clicks} == {"宜兴"}

    # Each step of people in each shipped process waits for somebody.
    waiting = set(WorkItem.objects.open().values_list("instance__definition__key", "element"))
    assert steps_of_people() <= waiting
    assert set(
        MemberAccount.objects.filter(external_id__startswith="M-3").values_list(
            "customer__owner__username", flat=True
        )
    ) == {"rep1", "rep2", "rep3"}

    # Complaints show each of their steps: one stands at each, one waits for the customer, one is closed.
    assert Counter(Complaint.objects.values_list("state", flat=True)) == {
        "registered": 1,
        "ruling": 1,
        "handling": 2,
        "instructing": 2,
        "summing_up": 1,
        "following_up": 1,
        "closed": 1,
    }
    assert Complaint.objects.exclude(paused_at=None).count() == 1
    steps = {step for name, person in demo.items() for step in of_process(person, "complaint")}
    assert steps == {
        "acknowledge",
        "rule",
        "explain",
        "handle",
        "instruct_director",
        "instruct_gm",
        "sum_up",
        "call_customer",
    }

    # Customers are followed up: some today, one rests, one waits for the manager, one stands still.
    steps = Counter(step for person in demo.values() for step in of_process(person, "customer_status"))
    assert steps["follow_up"] > 3
    assert steps["approve_status"] == 1
    assert Customer.objects.filter(status="dormant").count() == 1
    assert Notification.objects.filter(kind="crm.stalls").count() == 1
    assert not Notification.objects.filter(kind="crm.milestone").exists()
    cases = ProcessInstance.objects.filter(definition__key="customer_status", status="active")
    worked_on = Customer.objects.filter(owner__isnull=False).exclude(status__in=("signed", "lost", "invalid"))
    assert set(cases.values_list("subject_id", flat=True)) == {str(one.pk) for one in worked_on}

    # What waits for the customer: the copy (one reminded, one with the director, one given up), the money, the day.
    reminded = Notification.objects.filter(kind="contract.signature").order_by("created_at")
    assert [one.person.username for one in reminded] == ["rep3", "rep3", "rep1"]
    waits = Subscription.objects.filter(
        status="open", instance__definition__key="contract_lifecycle"
    ).values_list("element", flat=True)
    assert list(waits) == ["wait_for_payment"]
    days = Timer.objects.filter(status="open", element="wait_for_day")
    assert [one.due_at > clock.now() for one in days] == [True]
    assert not Timer.objects.filter(status="open", due_at__lte=clock.now()).exists()
    assert not Delivery.objects.filter(status="open").exists()
    assert [one.customer.name for one in selectors.advances(demo["finance"])] == ["杭州西湖仪表有限公司"]

    # One overdue customer has no postal address: the run has to say so.
    problems = [one.problem for one in services.preview_dunning(actor=demo["finance"]) if one.problem]
    assert len(problems) == 1

    # No date of the past lies in the future.
    today = clock.today()
    for contract in Contract.objects.exclude(submitted_at=None):
        assert contract.submitted_at.astimezone(clock.COMPANY_ZONE).date() <= today
    assert not Payment.objects.filter(received_on__gt=today).exists()
    numbers = list(
        Contract.objects.exclude(no=None)
        .exclude(kind="supplement")
        .annotate(first=Min("versions__submitted_at"))
        .order_by("first")
        .values_list("no", flat=True)
    )
    assert numbers == sorted(numbers)

    call_command("audit_instances")

    before = Contract.objects.count()
    assert load_demo() is False
    assert Contract.objects.count() == before


@pytest.mark.long
@pytest.mark.parametrize(
    "moment",
    [
        (2027, 3, 1, 0, 5),
        (2027, 3, 5, 23, 55),
        (2027, 3, 7, 9, 0),
        (2026, 12, 31, 12, 0),
    ],
    ids=["monday-night", "friday-night", "sunday", "new-years-eve"],
)
def test_is_complete_whenever_it_is_loaded(db, moment):
    with clock.travel(datetime(*moment, tzinfo=clock.COMPANY_ZONE)):
        test_is_complete(loaded())


def test_reset_does_nothing_where_there_is_no_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo_reset")
