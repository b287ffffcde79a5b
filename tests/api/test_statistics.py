"""The figures of a process over the API: the same as on its page."""

from __future__ import annotations

import random

import pytest

from core import clock
from tests.pages.test_figures import LATER
from tests.workflows.figures.world import KEY, Walk, publish
from workflows import services
from workflows.models import ProcessDefinition, ProcessInstance, WorkItem

pytestmark = pytest.mark.django_db
PATH = f"process-definitions/{KEY}/statistics/"
DAYS = "?from=2026-11-01&to=2028-06-01"


@pytest.fixture
def cases(company):
    publish()
    chance = random.Random(2)
    for _number in range(4):
        Walk(company, chance).go(30)
    with clock.travel(LATER):
        services.roll_up()
        yield company


def test_tells_everything_that_the_page_tells(cases, as_):
    found = as_("admin").read(PATH + DAYS).json()
    assert found["cases"]["finished"] == ProcessInstance.objects.filter(status="completed").count()
    assert found["cases"]["median_seconds"] > 0
    elements = {one["element"]: one for one in found["elements"]}
    done = WorkItem.objects.filter(status="completed", element="draft").count()
    assert elements["draft"]["passes"] == elements["draft"]["waits"] == done
    assert {"flow": "on", "taken": elements["decided"]["passes"] - _taken(found, "back")} in found["flows"]
    assert sum(one["count"] for one in found["ways"]) == found["cases"]["finished"]
    assert found["ways"][0]["steps"][0] == "draft"
    assert sum(one["count"] for one in found["people"]) == WorkItem.objects.filter(status="completed").count()
    assert (found["from"], found["to"], found["version"]) == ("2026-11-01", "2028-06-01", None)
    assert len(found["days"]) == 579


def _taken(found: dict, flow: str) -> int:
    return next((one["taken"] for one in found["flows"] if one["flow"] == flow), 0)


def test_of_one_version_and_one_department(cases, as_):
    of_version = as_("admin").read(f"{PATH}{DAYS}&version=1").json()
    assert of_version["version"] == 1
    assert of_version["cases"]["finished"] > 0
    assert as_("admin").read(f"{PATH}{DAYS}&version=9").status_code == 404
    assert as_("admin").read(f"{PATH}{DAYS}&department=sales1").json()["cases"]["finished"] == 0
    assert as_("admin").read(f"{PATH}{DAYS}&department=nowhere").status_code == 404


def test_days_that_make_no_sense_are_refused(company, as_):
    publish()
    for wrong in (
        "from=2027-01-02&to=2027-01-01",
        "from=2000-01-01&to=2020-01-01",
        "to=0001-01-01",
        "from=x",
        "to=9999-12-31",
    ):
        assert as_("admin").read(f"{PATH}?{wrong}").status_code == 400


def test_whoever_starts_it_and_sees_only_own_cases_hears_403(cases, as_):
    ProcessDefinition.objects.filter(key=KEY).update(start_roles=["rep"])
    assert as_("rep1").read(PATH).status_code == 403
    assert as_("content").read(PATH).status_code == 404
