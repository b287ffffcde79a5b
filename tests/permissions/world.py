"""One row of each kind that an address of a page names; rep1's, in sales team 1, or the house's."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from contracts.models import (
    BankAccount,
    ClauseMark,
    Contract,
    ContractVersion,
    Obligation,
    OwnCompany,
    Seal,
)
from contracts.services import (
    mark_clause,
    save_logo,
)
from core import clock
from core.documents import store_document
from core.help import PICTURES
from core.jobs import enqueue
from core.models import (
    BackgroundJob,
    Department,
    JobFile,
    Notification,
    NumberRule,
    ReportSchedule,
    Role,
    User,
)
from core.services import calendar
from core.services.attachments import attach
from core.services.comments import add_comment
from core.services.substitutions import create_substitution
from core.services.views import save_view
from crm.models import AssignmentPool, Customer, PoolMember
from tests.api.diagrams import document, flow, node, user
from tests.api.world import build, hold
from tests.around.test_files import picture
from tests.contracts.collection_world import rows_of_collection
from tests.contracts.factory import draft_of, term
from tests.contracts.pages import sealed_contract, signed_contract
from tests.contracts.supplement_world import in_effect, supplement_to
from tests.imports.sheets import rows_of_imports
from tests.processes.performance_walk import PerformanceWalk
from tests.processes.walk import Walk
from tests.service.factory import contract_in_effect
from tests.workflows.purged import purged
from workflows import services
from workflows.models import (
    Alert,
    DraftSnapshot,
    Incident,
    Job,
    ProcessDefinition,
    ProcessDraft,
    StartTrigger,
)
from workflows.services.outside_services import create_outside_service
from workflows.services.shipped_offers import note_offer

# A process that begins by itself each month.
MONTHLY = document(
    node(
        "startEvent",
        "begin",
        inner="<bpmn:timerEventDefinition><bpmn:timeCycle>R/P1M</bpmn:timeCycle></bpmn:timerEventDefinition>",
    )
    + user("ask", group="rep")
    + node("endEvent", "done")
    + flow("begin", "ask")
    + flow("ask", "done"),
    key="monthly",
)

# A process that waits for a moment.
RESTING = document(
    node("startEvent", "begin")
    + node(
        "intermediateCatchEvent",
        "rest",
        inner="<bpmn:timerEventDefinition><bpmn:timeDuration>P30D</bpmn:timeDuration></bpmn:timerEventDefinition>",
    )
    + node("endEvent", "done")
    + flow("begin", "rest")
    + flow("rest", "done"),
    key="resting",
)


def world_of(company: Any, asking: dict[str, User]) -> dict[str, Any]:
    """The keys of the rows, by what the table of pages calls them."""
    world: dict[str, Any] = {**vars(build(company)), **_of_the_house(company), **_of_processes(company)}
    customer = Customer.objects.get(pk=world["customer"])
    world["address"] = customer.addresses.first().pk
    world["contract_file"] = store_document(
        content=b"%PDF-1.4 scan",
        name="scan.pdf",
        media_type="application/pdf",
        kind="signed_copy",
        actor=company.rep1,
        subject=Contract.objects.get(pk=world["contract"]),
    ).pk
    about = {"subject_type": "crm.customer", "subject_id": str(customer.pk)}
    world["allowed_comment"] = add_comment(**about, text="好的", actor=asking["allowed"]).comment.pk
    world["bilingual_contract"] = draft_of(
        company.rep1, customer, fields={**term(), "paper_language": "both"}
    ).pk
    world["idle_contract"] = draft_of(company.rep1, customer).pk
    main = in_effect(company)
    world |= {"signed_contract": main.pk, "supplement": supplement_to(main).pk}
    world |= {"sealed_contract": sealed_contract(company, customer).pk, "party": "a"}
    world |= _of_reviews(company, world["idle_contract"])
    world |= _of_obligations(company)
    world |= _of_ends(company)
    world |= rows_of_collection(company)
    pool = AssignmentPool.objects.create(code="new_members", name_zh="新会员", name_en="New members")
    world["pool"] = pool.pk
    world["pool_place"] = PoolMember.objects.create(pool=pool, user=company.rep1, order=1).pk
    # Somebody else's import, and what is imported.
    world["import"], world["import_kind"] = (
        rows_of_imports(company.marketer)["import_done"],
        "crm.customers",
    )
    world["photo"] = attach(**about, name="a.png", content=picture(), actor=company.rep1).pk
    views = {
        name: save_view(actor=owner, list_name="crm:customer-list", name=name, query={}, is_shared=shared).pk
        for name, owner, shared in (("view", asking["allowed"], False), ("shared_view", company.gm, True))
    }
    world |= views
    for name, person in asking.items():
        world |= {f"{name}_{kind}": pk for kind, pk in _of_ones_own(company, person).items()}
    return world


def _of_reviews(company: Any, returned: int) -> dict[str, Any]:
    """A contract under review, and marks at clauses: one there, one of a contract that came back."""
    reviewed = Walk(company)
    reviewed.submit()
    mark = mark_clause(contract_id=reviewed.contract.pk, actor=company.manager1, code="", note="45 日")
    version = ContractVersion.objects.create(
        contract_id=returned, seq=1, content={}, sha256="0" * 64, submitted_at=clock.now()
    )
    back = ClauseMark.objects.create(
        version=version, note="45 日", made_by=company.legal, made_at=clock.now()
    )
    return {
        "reviewed_contract": reviewed.contract.pk,
        "clause_mark": mark.pk,
        "returned_mark": back.pk,
    }


def _of_obligations(company: Any) -> dict[str, Any]:
    """A contract in effect, and what it asks for by a day."""
    contract = signed_contract(company, company.rep1, (10, "12800.00"))
    row = Obligation.objects.create(
        contract=contract, party="A", what="提供营业执照", due_on=clock.today(), responsible=company.rep1
    )
    return {
        "active_contract": contract.pk,
        "obligation": row.pk,
        "resubmitted_contract": _resubmitted(contract).pk,
    }


def _resubmitted(contract: Contract) -> Contract:
    """The contract with a second version, which says the same."""
    first = contract.versions.get()
    ContractVersion.objects.create(
        contract=contract, seq=2, content=first.content, sha256=first.sha256, submitted_at=clock.now()
    )
    return contract


def _of_ends(company: Any) -> dict[str, Any]:
    """A contract in effect, and one whose end is settled and waits for the director."""
    running = contract_in_effect(company, company.rep1)
    settled = PerformanceWalk(company)
    settled.ask()
    settled.until_settled()
    return {"running_contract": running.pk, "settled_contract": settled.contract.pk}


def keys_of(line: Any, world: dict[str, Any], person: str) -> dict[str, Any]:
    """The keys with which the page shows the row; ``own:job`` is one of the person's own."""
    return {
        name: world[f"{person}_{source.removeprefix('own:')}" if source.startswith("own:") else source]
        for name, source in line.keys.items()
    }


def _of_the_house(company: Any) -> dict[str, Any]:
    """Rows that belong to the whole company."""
    own = OwnCompany.objects.first()
    save_logo(company_id=own.pk, upload=("logo.png", picture(size=(200, 80))), actor=company.finance)
    failed = enqueue("tests.nothing", {}, key="failed", created_by=company.rep1)
    BackgroundJob.objects.filter(pk=failed.pk).update(
        status=BackgroundJob.Status.FAILED, closed_at=clock.now()
    )
    empty = Department.objects.create(code="empty", name="空部门", parent=Department.objects.get(code="hq"))
    today = clock.today()
    changed = calendar.change_days(
        days={today + timedelta(days=60): calendar.Day(kind="holiday", name="厂庆")}, actor=company.admin
    )
    return {
        "own_company": own.pk,
        "account": BankAccount.objects.filter(company=own).first().pk,
        "seal": Seal.objects.filter(company=own).first().pk,
        "failed_job": failed.pk,
        "person": company.rep2.pk,
        "department": empty.pk,
        "role": Role.objects.get(code="tech").pk,
        "role_unused": Role.objects.create(code="unused", name_zh="无人", name_en="Unused").pk,
        "number_rule": NumberRule.objects.get(code="payment").pk,
        "setting": "core.digest_hour",
        "year": today.year,
        "next_year": today.year + 1,
        "day": (today + timedelta(days=30)).isoformat(),
        "calendar_change": changed.pk,
        "import_year": 2026,
        "topic": "tasks",
        "first": 1,
        "picture": next((path.name for path in sorted(PICTURES.glob("*.png"))), "none.png"),
        "report": "signed-contracts",
        "card": "my-work",
        "type": "crm.customer",
        "contract_type": "contracts.contract",
        "size": "small",
    }


def _of_processes(company: Any) -> dict[str, Any]:
    incident = hold(company)
    lost = hold(company)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM workflows_incident WHERE id = %s", [lost.pk])
    services.note_breaches([lost.instance_id])
    service = create_outside_service(
        fields={
            "code": "erp",
            "name_zh": "财务软件",
            "name_en": "Bookkeeping",
            "base_url": "https://erp.example.com/",
            "header_name": "Authorization",
            "secret": "Bearer swordfish",
            "timeout": 5,
            "is_active": True,
        },
        actor=company.admin,
    )
    services.import_bpmn(bpmn=RESTING.encode(), actor=company.admin)
    services.publish_draft(definition_key="resting", actor=company.admin)
    resting = services.start_process(definition_key="resting", actor=company.admin)
    # A call of another system that no worker has done.
    Job.objects.create(
        instance=resting,
        element="rest",
        token="call",
        kind=Job.OPERATION,
        key="call",
        due_at=clock.now(),
        created_at=clock.now(),
    )
    services.import_bpmn(bpmn=MONTHLY.encode(), actor=company.admin)
    services.publish_draft(definition_key="monthly", actor=company.admin)
    services.import_bpmn(bpmn=MONTHLY.encode(), actor=company.admin)
    levels = Path("workflows/bpmn/service/complaint_sla.dmn").read_text()
    ProcessDraft.objects.filter(definition__key="monthly").update(decisions={"levels": levels})
    travel = ProcessDefinition.objects.select_related("current_version").get(key="travel")
    note_offer(travel, bpmn=travel.current_version.bpmn + " ", decisions={})
    return {
        "definition": "travel",
        "purged_case": purged("resting", company.admin).pk,
        "legal_hold": services.hold_process(definition_key="monthly", reason="x", actor=company.admin).pk,
        "figures_table": "steps",
        "figures_kind": "csv",
        "drawn": "monthly",
        "snapshot": DraftSnapshot.objects.filter(definition__key="monthly").latest("pk").pk,
        "rules": "levels",
        "step": "ask",
        "version": 1,
        "incident": incident.pk,
        "cause": incident.group_key,
        "deed": "retry",
        "alert": Alert.objects.create(
            code="late",
            about="timers",
            level="red",
            state="open",
            opened_at=clock.now(),
            last_seen_at=clock.now(),
        ).pk,
        "breach": Incident.objects.get(kind="breach").pk,
        "service": service.pk,
        "trigger": StartTrigger.objects.get(definition__key="monthly").pk,
    }


def _of_ones_own(company: Any, person: User) -> dict[str, Any]:
    """What each of the four has for themselves."""
    row = Notification.objects.create(
        person=person, kind="tests.told", key="own", params={}, url="/inbox/", created_at=clock.now()
    )
    job = enqueue("tests.nothing", {}, key=f"own:{person.pk}", created_by=person)
    JobFile.objects.create(
        job=job,
        name="list.csv",
        media_type="text/csv",
        content=b"a,b",
        size=3,
        kept_until=clock.now() + timedelta(days=1),
    )
    schedule = ReportSchedule.objects.create(
        report="signed-contracts",
        next_at=clock.now() + timedelta(days=1),
        created_by=person,
        created_at=clock.now(),
    )
    schedule.recipients.add(person)
    away, _moved = create_substitution(
        person=person,
        substitute=company.rep2,
        starts_on=clock.today() + timedelta(days=5),
        ends_on=clock.today() + timedelta(days=9),
        actor=person,
    )
    return {
        "notification": row.pk,
        "job": job.pk,
        "schedule": schedule.pk,
        "substitution": away.pk,
        **rows_of_imports(person),
    }
