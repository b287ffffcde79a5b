"""The demo company 华东工业品网, loaded once, all of it or nothing; its dates count from today."""

from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import transaction

from config.demo.collection import agree_with_customers, plan_collection
from config.demo.company import create_our_side
from config.demo.complaints import create_complaints
from config.demo.contracts import Teller, morning_of, settle
from config.demo.customers import create_customers
from config.demo.endings import plan_endings
from config.demo.following import follow_customers, nobody_follows_yet
from config.demo.members import create_members
from config.demo.obligations import record_duties
from config.demo.onboarding import Onboarder
from config.demo.people import create_people
from config.demo.renewals import plan_renewals
from config.demo.supplements import create_supplements
from contracts import services
from contracts.models import OwnCompany
from contracts.services.templates import load_more_templates
from core import clock
from core.actors import SystemActor
from core.models import User
from core.services.substitutions import create_substitution
from workflows.selectors import inbox
from workflows.services import import_bpmn, publish_draft, start_process

# How long ago the last dunning notices were printed.
LAST_RUN_DAYS_AGO = 28


@transaction.atomic
def load_demo() -> bool:
    """Load the demo company; False if a company is there already, which stays as it is."""
    if OwnCompany.objects.exists():
        return False
    call_command("load_reference")
    people = create_people()
    create_our_side(SystemActor("load_demo"))
    load_more_templates(actor=SystemActor("load_demo"))
    # Before the oldest contract.
    with clock.travel((clock.today() - timedelta(days=580)).replace(day=1)):
        customers = create_customers(people)
        nobody_follows_yet()
    teller = Teller(people, customers, afterwards=Onboarder(people, settle).go_on)
    plan_collection(teller)
    plan_renewals(teller)
    plan_endings(teller)
    teller.tell()
    _print_notices(people["finance"], customers["苏州吴越机床"].pk, customers["宁波东海紧固件"].pk)
    agree_with_customers(people, customers)
    settle()
    record_duties(people, settle)
    create_supplements(people, customers, settle)
    create_members(people)
    settle()
    follow_customers(people, settle)
    create_complaints(people, settle)
    _welcome(people)
    _go_on_leave(people)
    return True


def _go_on_leave(people: dict[str, User]) -> None:
    """The second team's manager goes on leave next month; the other one stands in."""
    first = clock.today() + timedelta(days=20)
    create_substitution(
        person=people["manager2"],
        substitute=people["manager1"],
        starts_on=first,
        ends_on=first + timedelta(days=6),
        note="年假",
        actor=people["manager2"],
    )


def _print_notices(finance: User, *customer_ids: int) -> None:
    """Two notices of last month, so that the list of letters is not empty."""
    with clock.travel(morning_of(LAST_RUN_DAYS_AGO)):
        services.print_dunning(customer_ids=customer_ids, actor=finance)


def _welcome(people: dict[str, User]) -> None:
    """A small process of the company's own, imported as a drawing, gives everybody without work a first task."""
    admin = people["admin"]
    import_bpmn(bpmn=(Path(__file__).parent / "get_to_know.bpmn").read_bytes(), actor=admin)
    publish_draft(definition_key="get_to_know", actor=admin, note="")
    for username, person in people.items():
        if not any(inbox(person, box=box).exists() for box in ("mine", "queue")):
            start_process(definition_key="get_to_know", data={"newcomer": username}, actor=admin)
