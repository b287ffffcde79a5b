"""One of everything that an address of the API is about; rep1's, in sales team 1."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

from contracts import services as contract_services
from contracts.models import Contract
from core import clock
from core.jobs import enqueue
from core.services.attachments import attach
from core.services.comments import add_comment
from core.tokens import create_token
from core.webhooks.endpoints import create_endpoint
from core.webhooks.replaying import send_test
from tests.api.diagrams import document, flow, node, travel, user
from tests.contracts.factory import customer_of, draft_of, instalments, membership, term
from workflows import services
from workflows.models import Incident, WorkItem

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
        contract=contract.pk,
        payment=payment.pk,
        plan_line=contract.plan_lines.get().pk,
        run=run.pk,
        letter=run.notices.get().pk,
        token=token.pk,
        case=case.pk,
        item=WorkItem.objects.get(instance=case).pk,
        incident=hold(company).pk,
        comment=add_comment(**about, text="请跟进", actor=company.rep1).comment.pk,
        attachment=attach(**about, name="合同.pdf", content=b"%PDF-1.7", actor=company.rep1).pk,
        webhook=endpoint.pk,
        delivery=delivery.pk,
        job=enqueue("tests.nothing", {}, key="world", created_by=company.rep1).pk,
    )


def print_notice(company, customer):
    """An effective contract with an overdue instalment, and its printed notice."""
    contract = draft_of(company.rep1, customer, plan=instalments((-30, "12800.00")))
    Contract.objects.filter(pk=contract.pk).update(
        no="XS-2020-0001",
        state="active",
        signed_on=clock.today() - timedelta(days=60),
        effective_on=clock.today() - timedelta(days=60),
    )
    return contract_services.print_dunning(customer_ids=[customer.pk], actor=company.finance)


def hold(company) -> Incident:
    """A case held at a step that fails."""
    case = services.start_process(definition_key="broken", actor=company.rep1)
    item = WorkItem.objects.get(instance=case)
    services.complete_work_item(work_item_id=item.pk, actor=company.rep1)
    return Incident.objects.get(instance=case)
