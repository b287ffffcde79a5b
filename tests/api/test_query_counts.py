"""How many statements a list costs, whether it holds one row or twenty."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.jobs import enqueue
from core.models import Department, Role, Substitution, User
from core.services import calendar
from crm.services import log_activity
from tests.api.diagrams import travel
from tests.contracts.factory import customer_of, draft_of, instalments
from workflows import services
from workflows.models import ProcessDefinition

pytestmark = pytest.mark.django_db

# The token with its person is one; grants and queues are asked once each where they matter.
STATEMENTS = {
    "customers/": 3,
    "contacts/": 3,
    "products/": 3,
    "contract-templates/": 3,
    "contracts/": 3,
    "payments/": 3,
    "receivables/": 3,
    "dunning-runs/": 3,
    "dunning-letters/": 3,
    "process-definitions/": 4,
    "process-instances/": 4,
    "work-items/?box=mine": 2,
    "work-items/?box=queue": 3,
    "work-items/?box=snoozed": 2,
    "work-items/?box=done": 2,
    "work-items/?box=started": 2,
    "work-items/?box=all": 4,
    "background-jobs/": 3,
    "auth/tokens/": 2,
    "onboardings/": 3,
    "renewals/": 3,
    "complaints/": 3,
    "activities/": 4,
    "activity-types/": 3,
    "customer-statuses/": 4,
    "member-accounts/": 3,
    "substitutions/": 5,
}
# What administrators read.
OF_ADMINISTRATORS = {
    "people/": 4,
    "departments/": 3,
    "legal-holds/": 3,
    "purged-cases/": 3,
    "roles/": 3,
    "permissions/": 2,
    "substitutions/": 3,
    "calendar/years/": 4,
    "calendar/days/": 3,
    "calendar/changes/": 3,
    "calendar/hours/": 3,
    "settings/": 4,
    "number-rules/": 3,
}


def fill(company, rows: int) -> None:
    for _ in range(rows):
        customer = customer_of(company.rep1)
        log_activity(
            customer_id=customer.pk, fields={"type": "phone_call", "subject": "询价"}, actor=company.rep1
        )
        draft_of(company.rep1, customer, plan=instalments((-3, "12800.00")))
        services.start_process(definition_key="travel", actor=company.rep1)
        enqueue("tests.nothing", {}, key=str(customer.pk), created_by=company.rep1)
        fill_house(company, customer.pk)


def fill_house(company, number: int) -> None:
    """One more of what administrators look after; ``number`` differs each time."""
    department = Department.objects.create(code=f"d{number}", name=f"部门{number}")
    role = Role.objects.create(code=f"r{number}", name_zh=f"角色{number}", name_en=f"Role {number}")
    person = User.objects.create(
        username=f"p{number}", display_name=f"人{number}", department=department, manager=company.rep1
    )
    person.roles.add(role)
    day = date(2041, 1, 1) + timedelta(days=number)
    away = Substitution(person=person, substitute=company.rep1, starts_on=day, ends_on=day)
    away.created_by, away.created_at = company.rep1, clock.now()
    away.save()
    calendar.change_days(days={day: calendar.Day(kind="holiday")}, actor=company.admin)


@pytest.fixture
def started(company):
    services.import_bpmn(bpmn=travel().encode(), actor=company.admin)
    services.publish_draft(definition_key="travel", actor=company.admin)
    fill(company, 2)
    return company


def counts(client, paths) -> dict[str, int]:
    found = {}
    for path in paths:
        with CaptureQueriesContext(connection) as queries:
            answer = client.read(path)
        assert answer.status_code == 200, path
        found[path] = len(queries)
    return found


def test_lists_cost_what_they_cost_however_long_they_are(started, as_):
    rep1 = as_("rep1")
    rep1.read("auth/me/")
    assert ProcessDefinition.objects.count() == 2
    few = counts(rep1, STATEMENTS)
    fill(started, 8)
    assert counts(rep1, STATEMENTS) == few
    assert few == STATEMENTS


def test_lists_of_administrators_too(company, as_):
    admin = as_("admin")
    admin.read("auth/me/")
    few = {}
    for number in range(1, 12):
        fill_house(company, number)
        few = few or counts(admin, OF_ADMINISTRATORS)
    assert counts(admin, OF_ADMINISTRATORS) == few
    assert few == OF_ADMINISTRATORS
