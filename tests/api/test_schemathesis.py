"""No input is a server error: each operation of the OpenAPI description, fed with what fits it and what does not.

In process, over WSGI, as the process administrator and as a representative. Half of the requests are aimed at
rows that exist, since a made-up id only ever finds nothing.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application as site
from core.tokens import create_token
from tests.api.world import build

pytestmark = pytest.mark.django_db

# Which row of the world the id of an address means.
NOUNS = {
    "customers": "customer",
    "contacts": "contact",
    "activities": "activity",
    "activity-types": "spare_type",
    "customer-statuses": "spare_status",
    "products": "product",
    "contract-templates": "template",
    "contracts": "contract",
    "payments": "payment",
    "dunning-runs": "run",
    "dunning-letters": "letter",
    "dunning-proposals": "draft_proposal",
    "collections": "customer",
    "process-instances": "case",
    "work-items": "item",
    "incidents": "incident",
    "tokens": "token",
    "webhooks": "webhook",
    "webhook-deliveries": "delivery",
    "people": "person",
    "departments": "department",
    "roles": "role",
    "substitutions": "substitution",
    "number-rules": "rule",
    "changes": "change",
    "comments": "comment",
    "attachments": "attachment",
}
# Besides: what is answered is what the description says.
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
# Ids inside bodies and filters.
NAMED = {
    "customer": "customer",
    "contract": "contract",
    "product": "product",
    "instance": "case",
    "run": "run",
}


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """The site, called from this machine: without an address nobody is served."""
    return site({"REMOTE_ADDR": "127.0.0.1", **environ}, start_response)


def aim(case: Any, world: dict[str, Any]) -> None:
    """Point a request at rows that are there."""
    nouns = [part for part in case.path.split("/") if part in NOUNS]
    parameters = case.path_parameters or {}
    if "id" in parameters and nouns:
        parameters["id"] = str(world[NOUNS[nouns[0]]])
    if "key" in parameters:
        parameters["key"] = "travel"
    for name in ("number", "other"):
        if name in parameters:
            parameters[name] = 1
    for given_ in (case.query, case.body):
        if isinstance(given_, dict):
            for name in set(given_) & set(NAMED):
                given_[name] = str(world[NAMED[name]])
    if isinstance(case.body, dict) and "ids" in case.body:
        case.body["ids"] = [str(world["item"])]
    if isinstance(case.body, dict) and "definition" in case.body:
        case.body["definition"] = "travel"


def feed(keys: list[str], world: dict[str, Any], *, examples: int) -> set[tuple[str, int]]:
    """Send every operation so many requests of each mode, as any of the people; returns what was answered."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    answered = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in GenerationMode:

            @given(
                case=operation.as_strategy(generation_mode=mode),
                key=st.sampled_from(keys),
                is_aimed=st.booleans(),
            )
            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            )
            def send(case, key, is_aimed):
                if is_aimed:
                    aim(case, world)
                response = case.call(headers={"Authorization": f"Token {key}"})
                answered.add((case.operation.label, response.status_code))
                case.validate_response(response, checks=CHECKS)

            try:
                send()
            except Unsatisfiable:  # An operation without parameters cannot be asked wrongly.
                assert mode is GenerationMode.NEGATIVE
    return answered


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A request ends with closing connections, and this test's transaction would go with them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def world(company):
    return vars(build(company))


@pytest.fixture
def keys(company) -> list[str]:
    return [create_token(actor=person)[1] for person in (company.admin, company.rep1)]


def test_no_input_is_a_server_error(world, keys):
    answered = feed(keys, world, examples=3)
    assert {status for _label, status in answered} >= {200, 201, 400, 403, 404}


@pytest.mark.long
def test_no_input_is_a_server_error_however_long_one_tries(company, world, keys):
    more = [create_token(actor=person)[1] for person in (company.finance, company.manager1)]
    assert feed(keys + more, world, examples=40)
