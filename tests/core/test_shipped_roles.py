"""The roles a company starts with are loaded once: what it changes afterwards stays as it wants it."""

import re

import pytest
from django.urls import reverse

from config.company_roles import GIVEN, GRANTS, ROLES, load_roles
from core.models import Grant, NumberRule, Role, Setting

pytestmark = pytest.mark.django_db


def grants() -> set[tuple[str, str, str]]:
    return set(Grant.objects.values_list("role__code", "permission", "scope"))


def test_an_empty_company_gets_all_of_them():
    load_roles()
    shipped = {(code, name, scope) for code, held in GRANTS.items() for name, scope in held.items()}
    assert grants() == shipped
    assert set(Role.objects.values_list("code", flat=True)) == set(ROLES)
    assert NumberRule.objects.filter(code="contract").exists()


def test_what_the_company_took_away_or_changed_stays_so():
    load_roles()
    Grant.objects.filter(role__code="rep", permission="crm.edit_customer").delete()
    Grant.objects.filter(role__code="rep", permission="crm.view_customer").update(scope="all")
    as_wanted = grants()
    load_roles()
    assert grants() == as_wanted


def test_a_right_of_a_later_version_comes_once(monkeypatch):
    load_roles()
    before = grants()
    monkeypatch.setitem(GRANTS, "rep", {**GRANTS["rep"], "crm.new_right": "own"})
    load_roles()
    assert grants() - before == {("rep", "crm.new_right", "own")}
    Grant.objects.filter(permission="crm.new_right").delete()
    load_roles()
    assert grants() == before


def test_whoever_sets_the_company_up_opens_every_page_that_set_up_leads_to(company, signed_in):
    """Also at a site that was made before the right came with the role."""
    Grant.objects.filter(role__code="process_admin", permission="contracts.manage_own_company").delete()
    given = Setting.objects.get(code=GIVEN)
    given.value = [one for one in given.value if "contracts.manage_own_company" not in str(one)]
    given.save()
    load_roles()
    page = signed_in(company.admin).get(reverse("set-up")).content.decode()
    links = re.findall(r'class="taker"><a class="[^"]*" href="([^"]+)"', page)
    assert reverse("contracts:own-company-list") in links
    assert {url: signed_in(company.admin).get(url).status_code for url in links} == dict.fromkeys(links, 200)
