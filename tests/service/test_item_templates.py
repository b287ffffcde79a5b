"""What onboardings consist of is the company's own list: who changes it, what is refused, whom it reaches."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from core.errors import ApplicationError
from service.models import OnboardingItemTemplate
from service.seed_onboarding import load_onboarding_templates
from service.services.item_templates import save_item_template
from service.services.onboarding import open_onboarding
from tests.contracts.factory import membership, product
from tests.service.factory import PROCESS, contract_in_effect

pytestmark = pytest.mark.django_db
NEW = {
    "product_kind": "membership",
    "code": "send_gift",
    "title_zh": "寄送开户礼",
    "title_en": "Send the gift",
    "role": "assistant",
    "offset_days": 2,
    "order": 3,
    "is_active": True,
}


@pytest.fixture(autouse=True)
def _templates(company):
    load_onboarding_templates()


def save(company, template_id=None, who="aftersales", **fields):
    return save_item_template(fields=fields, template_id=template_id, actor=getattr(company, who))


def codes(onboarding) -> list[str]:
    return list(onboarding.items.order_by("seq").values_list("code", flat=True))


class TestReach:
    def test_a_new_item_is_in_the_next_onboarding_and_in_none_before(self, company):
        first = contract_in_effect(company, company.rep1)
        before = open_onboarding(contract_id=first.pk, actor=PROCESS)
        save(company, **NEW)
        after = open_onboarding(contract_id=contract_in_effect(company, company.rep1).pk, actor=PROCESS)
        assert "send_gift" not in codes(before)
        assert set(codes(after)) == {*codes(before), "send_gift"}
        assert after.items.get(code="send_gift").title_en == "Send the gift"

    def test_out_of_use_it_is_left_out(self, company):
        gift = save(company, **NEW)
        save(company, gift.pk, is_active=False)
        opened = open_onboarding(contract_id=contract_in_effect(company, company.rep1).pk, actor=PROCESS)
        assert "send_gift" not in codes(opened)

    def test_an_item_of_one_product_reaches_that_product_alone(self, company):
        save(company, **NEW | {"product": product("VIP-G")})
        for code in ("VIP-G", "VIP-S"):
            sold = contract_in_effect(company, company.rep1, lines=[membership("12800.00", code)])
            opened = open_onboarding(contract_id=sold.pk, actor=PROCESS)
            assert ("send_gift" in codes(opened)) == (code == "VIP-G")


class TestRefusals:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("code", "Send Gift"),
            ("code", ""),
            ("code", "collect_materials"),
            ("product_kind", "cake"),
            ("title_zh", ""),
            ("title_en", "x" * 61),
            ("role", "nobody"),
            ("offset_days", 0),
            ("offset_days", 251),
            ("order", -1),
        ],
    )
    def test_each_names_its_field_and_nothing_is_saved(self, company, field, value):
        count = OnboardingItemTemplate.objects.count()
        with pytest.raises(ApplicationError) as refusal:
            save(company, **NEW | {field: value})
        assert list(refusal.value.errors) == [field]
        assert OnboardingItemTemplate.objects.count() == count

    def test_a_product_of_another_kind(self, company):
        with pytest.raises(ApplicationError) as refusal:
            save(company, **NEW | {"product_kind": "article", "product": product("VIP-G")})
        assert list(refusal.value.errors) == ["product"]

    @pytest.mark.parametrize("change", [{"code": "other"}, {"product_kind": "article"}])
    def test_code_and_kind_stay(self, company, change):
        gift = save(company, **NEW)
        with pytest.raises(ApplicationError) as refusal:
            save(company, gift.pk, **change)
        assert list(refusal.value.errors) == list(change)
        gift.refresh_from_db()
        assert (gift.code, gift.product_kind) == ("send_gift", "membership")

    @pytest.mark.parametrize("who", ["rep1", "manager1", "director", "finance", "content"])
    def test_nobody_else_changes_them(self, company, who):
        with pytest.raises(PermissionDenied):
            save(company, who=who, **NEW)
        assert not OnboardingItemTemplate.objects.filter(code="send_gift").exists()


class TestPages:
    @pytest.fixture
    def client(self, company):
        client = Client()
        client.force_login(company.admin, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    def test_add_change_and_narrow(self, client):
        sent = {**NEW, "is_active": "on", "product": product("VIP-G").pk}
        assert client.post("/onboardings/items/new/", sent).status_code == 302
        gift = OnboardingItemTemplate.objects.get(code="send_gift")
        form = client.get(f"/onboardings/items/{gift.pk}/edit/").context["form"]
        assert "code" not in form.fields
        changed = {"title_zh": "寄礼品", "title_en": "Gift", "role": "rep", "offset_days": 4, "order": 1}
        assert client.post(f"/onboardings/items/{gift.pk}/edit/", changed).status_code == 302
        gift.refresh_from_db()
        assert (gift.code, gift.title_zh, gift.role, gift.is_active) == ("send_gift", "寄礼品", "rep", False)
        found = client.get("/onboardings/items/?product_kind=membership&is_active=false")
        assert [row.record.pk for row in found.context["table"].rows] == [gift.pk]

    def test_what_is_wrong_stands_at_its_field(self, client):
        answer = client.post("/onboardings/items/new/", {**NEW, "code": "build_shop", "product": ""})
        assert answer.status_code == 400
        assert list(answer.context["form"].errors) == ["code"]
