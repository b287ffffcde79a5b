"""One of everything that an address of the API is about; rep1's, in sales team 1."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from contracts import services as contract_services
from contracts.models import Contract, DunningProposal, PaymentPlanLine, ProposalLine
from contracts.services.templates import draft_template
from core import clock
from core.jobs import enqueue
from core.models import Department, NumberRule, Role
from core.numbers import peek
from core.services import calendar
from core.services.attachments import attach
from core.services.comments import add_comment
from core.services.grants import fingerprint
from core.services.substitutions import create_substitution
from core.tokens import create_token
from core.webhooks.endpoints import create_endpoint
from core.webhooks.replaying import send_test
from crm.models import ActivityType, Customer, CustomerStatus, MemberAccount
from crm.services import create_customer, log_with_files, merge_customer
from service.models import OnboardingItemTemplate, RenewalCase
from service.services import pause_for_customer
from tests.api.diagrams import document, flow, node, travel, user
from tests.around.test_files import picture
from tests.contracts.conftest import PROCESS
from tests.contracts.factory import customer_of, draft_of, instalments, membership, term
from tests.contracts.foreign_papers import their_contract
from tests.service.complaint_rows import ruled
from tests.service.factory import bare_onboarding
from workflows import services
from workflows.models import Alert, DraftSnapshot, Incident, ProcessDefinition, ShippedOffer, WorkItem

# An automatic step that fails: the script divides by zero.
BROKEN = document(
    node("startEvent", "begin")
    + user("ask", group="rep")
    + node("scriptTask", "divide", inner="<bpmn:script>none = 0\nresult = 1 / none</bpmn:script>")
    + node("endEvent", "done")
    + flow("begin", "ask")
    + flow("ask", "divide")
    + flow("divide", "done"),
    key="broken",
)


def build(company) -> SimpleNamespace:
    """The world, as the keys that addresses name."""
    customer = customer_of(company.rep1)
    contract = contract_services.start_contract(
        customer_id=customer.pk,
        actor=company.rep1,
        fields=term(),
        lines=[membership()],
        plan=instalments((10, "12800.00")),
    )
    payment = contract_services.record_payment(
        customer_id=customer.pk,
        fields={"amount": Decimal("100.00"), "received_on": clock.today()},
        actor=company.finance,
    )
    token, _key = create_token(actor=company.rep1)
    run = print_notice(company, customer)
    for bpmn in (travel(), travel(name="出差二"), BROKEN):
        (found,) = services.import_bpmn(bpmn=bpmn.encode(), actor=company.admin).processes
        services.publish_draft(definition_key=found.definition.key, actor=company.admin)
    services.import_bpmn(bpmn=travel(name="出差三").encode(), actor=company.admin)
    case = services.start_process(definition_key="travel", actor=company.rep1)
    endpoint, _secret = create_endpoint(
        fields={"name": "ERP", "url": "https://erp.example.com/in", "events": ["contract.signed"]},
        actor=company.admin,
    )
    delivery = send_test(endpoint_id=endpoint.pk, actor=company.admin)
    about = {"subject_type": "crm.customer", "subject_id": str(customer.pk)}
    return SimpleNamespace(
        customer=customer.pk,
        contact=customer.contacts.get().pk,
        product=contract.lines.get().product_id,
        template=contract.template_id,
        draft_template=draft_template(template_id=contract.template_id, actor=company.legal).pk,
        contract=contract.pk,
        payment=payment.pk,
        plan_line=contract.plan_lines.get().pk,
        run=run.pk,
        letter=run.notices.get().pk,
        **runs_before_print(company, run),
        token=token.pk,
        case=case.pk,
        item=WorkItem.objects.get(instance=case).pk,
        hold=services.hold_process(definition_key="broken", reason="x", actor=company.admin).pk,
        incident=hold(company).pk,
        alert=Alert.objects.create(
            code="redis", level="red", state="open", opened_at=clock.now(), last_seen_at=clock.now()
        ).pk,
        comment=add_comment(**about, text="请跟进", actor=company.rep1).comment.pk,
        attachment=attach(**about, name="合同.pdf", content=b"%PDF-1.7", actor=company.rep1).pk,
        **_of_their_paper(company),
        **after_the_sale(contract),
        **complaints(company),
        **of_the_house(company),
        **following_up(company, customer),
        **without_owner(company, customer),
        offer=_offered("travel"),
        snapshot=DraftSnapshot.objects.filter(definition__key="travel").latest("pk").pk,
        webhook=endpoint.pk,
        delivery=delivery.pk,
        job=enqueue("tests.nothing", {}, key="world", created_by=company.rep1).pk,
    )


def _offered(key: str) -> str:
    """The checksum of a newer diagram that the program offers; nobody is told."""
    definition = ProcessDefinition.objects.get(key=key)
    return ShippedOffer.objects.create(
        definition=definition, bpmn=travel(name="出差四"), checksum="0" * 64, offered_at=clock.now()
    ).checksum


def _of_their_paper(company: Any) -> dict[str, Any]:
    """A draft on the customer's own paper, and one that legal reads and has noted something about."""
    found = {}
    for name in ("their_draft", "their_contract"):
        contract = draft_of(company.rep1)
        contract_services.take_counterparty_paper(
            contract_id=contract.pk, content=their_contract(), actor=company.rep1
        )
        found[name] = contract.pk
    contract_services.submit_contract(contract_id=found["their_contract"], actor=PROCESS)
    note = contract_services.note_deviation(
        contract_id=found["their_contract"],
        actor=company.legal,
        code="",
        title="管辖",
        risk="low",
        reason="可以接受",
    )
    return {**found, "paper_note": note.pk}


def after_the_sale(contract) -> dict[str, Any]:
    """An onboarding with two items that have no task, and a member of the platform."""
    onboarding = bare_onboarding(contract, "place_ad", "publish_article")
    member = MemberAccount.objects.create(
        external_id="M-1", company=contract.customer.name, customer=contract.customer
    )
    renewal = RenewalCase.objects.create(
        contract=contract, customer=contract.customer, due_on=contract.end_on, figures={"messages": 7}
    )
    template = OnboardingItemTemplate.objects.create(
        product_kind="article",
        code="send_proof",
        title_zh="寄送样刊",
        title_en="Send the proof",
        role="assistant",
        offset_days=9,
    )
    return {
        "item_template": template.pk,
        "renewal": renewal.pk,
        "onboarding": onboarding.pk,
        "onboarding_item": onboarding.items.get(code="place_ad").pk,
        "member": member.pk,
    }


def following_up(company, customer) -> dict[str, Any]:
    """A chat with a picture, to be followed up today; a status and a type that nothing uses."""
    activity = log_with_files(
        customer_id=customer.pk,
        fields={"type": "wechat", "subject": "询价", "next_on": clock.today()},
        files=[("聊天.png", picture())],
        actor=company.rep1,
    )
    # The table changes the customer as it was entered.
    Customer.objects.filter(pk=customer.pk).update(revision=customer.revision)
    names = {"name_zh": "备用", "name_en": "Spare"}
    status = CustomerStatus.objects.create(code="spare", order=99, **names)
    kind = ActivityType.objects.create(code="spare", order=99, **names)
    return {
        "activity": activity.pk,
        "activity_file": activity.files.get().pk,
        "spare_status": status.code,
        "spare_status_pk": status.pk,
        "spare_type": kind.code,
        "spare_type_pk": kind.pk,
    }


def without_owner(company, customer) -> dict[str, Any]:
    """One in the public pool, one that looks like rep1's customer, and a copy of it in the recycle bin."""
    (known,) = customer.contacts.all()
    twins = [
        create_customer(
            fields={"name": name},
            contacts=[{"name": "王经理", "mobile": known.mobile}],
            actor=company.assistant,
            in_pool=True,
        )
        for name in ("疑似客户有限公司", "重复客户有限公司")
    ]
    merge_customer(customer_id=customer.pk, copy_id=twins[1].pk, actor=company.assistant)
    nobodys = create_customer(
        fields={"name": "无人跟踪有限公司"}, contacts=[], actor=company.assistant, in_pool=True
    )
    return {"pool_customer": nobodys.pk, "twin": twins[0].pk, "recycled": twins[1].pk}


def complaints(company) -> dict[str, Any]:
    """One that is handled and one that waits for the customer; the process by which new ones begin."""
    services.publish_shipped(only={"complaint"})
    handled, paused = ruled(company), ruled(company)
    pause_for_customer(complaint_id=paused.pk, actor=company.aftersales2)
    return {"complaint": handled.pk, "paused_complaint": paused.pk}


def of_the_house(company) -> dict[str, Any]:
    """What administrators look after: a person of sales team 1, a department, a role, a day, a rule."""
    today = clock.today()
    unused = Role.objects.create(code="spare", name_zh="备用", name_en="Spare")
    holiday = today + timedelta(days=61)
    changed = calendar.change_days(
        days={holiday: calendar.Day(kind="holiday", name="厂庆")}, actor=company.admin
    )
    away, _moved = create_substitution(
        person=company.rep1,
        substitute=company.rep2,
        starts_on=today + timedelta(days=20),
        ends_on=today + timedelta(days=24),
        actor=company.rep1,
    )
    rule = NumberRule.objects.get(code="payment")
    return {
        "person": company.rep2.pk,
        "person_revision": company.rep2.revision,
        "department": Department.objects.create(
            code="spare", name="备用部", parent=Department.objects.get(code="hq")
        ).pk,
        "role": unused.pk,
        "role_revision": fingerprint({}),
        "substitution": away.pk,
        "holiday": holiday.isoformat(),
        "day": (today + timedelta(days=30)).isoformat(),
        "change": changed.pk,
        "rule": rule.pk,
        "next_number": peek(rule, on=today),
    }


def print_notice(company, customer):
    """An effective contract with an overdue instalment, and its printed notice."""
    contract = draft_of(company.rep1, customer, plan=instalments((-30, "12700.00"), (60, "100.00")))
    Contract.objects.filter(pk=contract.pk).update(
        no="XS-2020-0001",
        state="active",
        signed_on=clock.today() - timedelta(days=60),
        effective_on=clock.today() - timedelta(days=60),
    )
    return contract_services.print_dunning(customer_ids=[customer.pk], actor=company.finance)


def runs_before_print(company, run) -> dict[str, Any]:
    """A disputed instalment, and a run of letters in each state before it is printed."""
    notice = run.notices.get()
    key = notice.lines[0]["plan_line"]
    later = PaymentPlanLine.objects.get(contract__plan_lines=key, seq=2)
    dispute = contract_services.open_dispute(plan_line_id=later.pk, reason="未上线", actor=company.rep1)
    found: dict[str, Any] = {"overdue_line": key, "dispute": dispute.pk}
    for state in ("draft", "submitted", "approved"):
        proposal = DunningProposal.objects.create(as_of=notice.as_of, made_by=company.finance)
        line = ProposalLine.objects.create(
            proposal=proposal,
            customer=notice.customer,
            own_company=notice.own_company,
            kind="notice",
            level=0,
            instalment_count=1,
            days_overdue=30,
            principal=notice.principal_total,
            interest=notice.interest_total,
            total=notice.total,
        )
        found |= {f"{state}_proposal": proposal.pk, f"{state}_letter": line.pk}
        if state != "draft":
            changes = {"approved_by": company.finance2, "approved_at": clock.now()}
            DunningProposal.objects.filter(pk=proposal.pk).update(
                state=state, **(changes if state == "approved" else {})
            )
    return found


def hold(company) -> Incident:
    """A case held at a step that fails."""
    case = services.start_process(definition_key="broken", actor=company.rep1)
    item = WorkItem.objects.get(instance=case)
    services.complete_work_item(work_item_id=item.pk, actor=company.rep1)
    return Incident.objects.get(instance=case)
