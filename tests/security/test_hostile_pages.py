"""Every page asked with rubbish, by everybody: never a failure of ours, never without its headers.

The addresses come from the site's own list, so a new page is asked from its first day.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from core.models import Role
from tests.api.world import build
from tests.permissions.pages import OUTSIDE
from tests.tiers import in_turn

pytestmark = pytest.mark.django_db

LONG, HUGE = "长" * 3000, "9" * 4400
RUBBISH = ("a\x00b", "😀🏭", HUGE, "-1", "0001-01-01", "9999-12-31", "NaN", LONG)
# What pages are asked by; filters add their own names.
NAMES = ("q", "after", "order", "export", "box", "tab", "page", "customer", "owner", "state", "kind", "due")
# The link of an invitation is for somebody who cannot sign in yet.
SIGNED_OUT = {"language", "appearance", "first-run", "join", *OUTSIDE}


def pages() -> Iterator[tuple[str, URLPattern]]:
    """(name to reverse, pattern) of every page; the API has its own tests."""
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and str(resolver.pattern) == "":
            yield from _pages_of(resolver, "")


def _pages_of(resolver: URLResolver, before: str) -> Iterator[tuple[str, URLPattern]]:
    prefix = f"{before}{resolver.namespace}:" if resolver.namespace else before
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _pages_of(one, prefix)
        else:
            yield f"{prefix}{one.name}", one


@pytest.fixture
def world(company) -> dict[str, Any]:
    return vars(build(company))


def keys_of(name: str, pattern: URLPattern, world: dict[str, Any]) -> dict[str, Any]:
    """Keys with which the page shows rep1's row."""
    about = name.split(":")[-1].split("-")[0]
    known = {
        "contract": world["contract"], "product": world["product"], "template": world["template"],
        "payment": world["payment"], "notice": world["letter"], "run": world["run"],
        "customer": world["customer"], "contact": world["contact"], "address": 1, "own": 1, "account": 1,
        "seal": 1, "work": world["item"], "case": world["case"], "incident": world["incident"],
    }  # fmt: skip
    others = {"key": "travel", "number": 1, "token": "x", "customer_pk": world["customer"], "company_pk": 1}
    others |= {"document_pk": 1}
    return {key: others.get(key, known.get(about, 1)) for key in pattern.pattern.converters}


def client_of(person: Any) -> Client:
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def check(answer: Any, said: object) -> None:
    assert answer.status_code < 500, said
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"], said
    assert answer.headers["X-Content-Type-Options"] == "nosniff", said


@pytest.fixture
def everybody(company) -> Client:
    """Somebody of every role and right, whom no page refuses at the door, nor for what earlier tests asked."""
    cache.clear()
    person = company.finance
    person.roles.set(Role.objects.all())
    return client_of(person)


def test_no_page_fails_on_rubbish_in_its_address(world, everybody, every):
    for number, (name, pattern) in enumerate(pages()):
        address = reverse(name, kwargs=keys_of(name, pattern, world))
        check(everybody.get(address), name)
        if "pdf" in name or "paper" in name:
            continue
        for rubbish in in_turn(RUBBISH, number, every):
            check(everybody.get(address, dict.fromkeys(NAMES, rubbish)), (name, rubbish[:20]))


@pytest.mark.long
def test_no_page_fails_on_rubbish_in_one_part_of_its_address(world, everybody):
    for name, pattern in pages():
        address = reverse(name, kwargs=keys_of(name, pattern, world))
        for one in NAMES:
            check(everybody.get(address, {one: "a\x00b" if one == "q" else "9" * 31}), (name, one))


def test_no_page_fails_on_keys_that_no_row_has(world, everybody):
    for name, pattern in pages():
        for key in (0, 2**63, 10**30):
            keys = {one: "\x00" if one == "key" and key else key for one in keys_of(name, pattern, world)}
            if keys:
                answer = everybody.get(reverse(name, kwargs=keys))
                check(answer, (name, key))
                assert answer.status_code in (302, 400, 404, 405), (name, key, answer.status_code)


def test_no_page_fails_on_rubbish_in_its_form(world, everybody, every):
    for number, (name, pattern) in enumerate(pages()):
        address = reverse(name, kwargs=keys_of(name, pattern, world))
        shown = everybody.get(address)
        fields = {"reason", "comment", "outcome", "next", "revision", "customer"} | fields_of(shown)
        for rubbish in in_turn(("", *RUBBISH), number, every):
            check(everybody.post(address, dict.fromkeys(fields, rubbish)), (name, rubbish[:20]))


def fields_of(answer: Any) -> set[str]:
    import re

    if answer.streaming or answer.headers.get("Content-Type", "").split(";")[0] != "text/html":
        return set()
    return set(re.findall(r'name="([^"]+)"', answer.content.decode())) - {"csrfmiddlewaretoken"}


def test_the_anonymous_are_led_to_the_sign_in(world, company):
    client = client_of(None)
    for name, pattern in pages():
        if name in SIGNED_OUT:
            continue
        address = reverse(name, kwargs=keys_of(name, pattern, world))
        for answer in (client.get(address), client.post(address, {})):
            check(answer, name)
            assert answer.status_code in (302, 405), (name, answer.status_code)
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith("/account/login/"), name
