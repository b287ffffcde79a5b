"""Until when the platform keeps a membership: what pages say of it, and what the database keeps of its requests."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import AuditEntry, User
from service.models import MemberActivation
from tests.processes.extension_walk import ExtensionWalk
from tests.service.factory import bare_onboarding
from tests.service.test_rules_of_onboarding import refused
from tests.service.test_standing_pages import client_of


@pytest.fixture
def walk(company) -> ExtensionWalk:
    found = ExtensionWalk(company)
    bare_onboarding(found.contract)
    return found


class TestOnPages:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_contract_customer_and_onboarding_say_what_the_platform_knows(self, walk, language):
        client = client_of(walk.contract.owner)
        User.objects.filter(pk=walk.contract.owner_id).update(language=language)
        label, behind = {
            "zh-hans": ("会员平台到期日", "平台尚未确认"),
            "en": ("Membership on the platform until", "Not confirmed by the platform"),
        }[language]
        contract, onboarding = walk.contract, walk.contract.onboarding
        pages = [
            f"{contract.get_absolute_url()}?tab=onboarding",
            f"{contract.customer.get_absolute_url()}?tab=onboardings",
            reverse("service:onboarding-detail", args=[onboarding.pk]),
        ]
        for page in pages:
            text = client.get(page).content.decode()
            assert label in text, page
            assert behind not in text, page
        walk.move(90)
        for page in pages:
            text = client.get(page).content.decode()
            assert behind in text, page
        walk.answers(walk.last())
        for page in pages:
            text = client.get(page).content.decode()
            assert label in text, page
            assert behind not in text, page


class TestTheDatabase:
    def asked(self, walk: ExtensionWalk, key: str, days: int, follows=None, **fields) -> MemberActivation:
        return MemberActivation.objects.create(
            contract=walk.contract,
            plan="VIP-S",
            kind=fields.pop("kind", "extend"),
            starts_on=walk.contract.start_on,
            ends_on=walk.day(days),
            follows=follows,
            request_key=key,
            **fields,
        )

    def granted(self, one: MemberActivation) -> MemberActivation:
        MemberActivation.objects.filter(pk=one.pk).update(state="ok", answered_at=clock.now())
        return one

    def test_ends_are_told_one_after_the_other(self, walk):
        opening = walk.last()
        first = self.granted(self.asked(walk, "k1", 90, opening))
        again = self.asked(walk, "k2", 180, opening)
        refused("end_of_membership_moved_once_from_each", self.granted, again)
        refused("one_open_request_per_contract", self.asked, walk, "k3", 180, first)
        MemberActivation.objects.filter(pk=again.pk).update(state="withdrawn", answered_at=clock.now())
        second = self.granted(self.asked(walk, "k4", 30, first))
        self.granted(self.asked(walk, "k5", 90, second))

    def test_a_request_follows_what_was_granted_for_its_contract(self, walk, company):
        opening, rule = walk.last(), "activation_follows_what_was_granted"
        other = ExtensionWalk(company, published=False)
        refused(rule, self.asked, other, "k1", 90, opening)
        waiting = self.asked(walk, "k2", 90, opening)
        refused(rule, self.asked, walk, "k3", 180, waiting)
        refused("only_an_extension_follows", self.asked, walk, "k3", 180, opening, kind="activate")

    def test_what_it_follows_stays(self, walk):
        one = self.asked(walk, "k1", 90, walk.last())
        rows = MemberActivation.objects.filter(pk=one.pk)
        refused("activation_request_is_frozen", rows.update, follows=None)
        one.refresh_from_db()
        assert one.follows_id is not None

    def test_one_that_was_withdrawn_says_when_and_stays(self, walk):
        one = self.asked(walk, "k1", 90, walk.last())
        rows = MemberActivation.objects.filter(pk=one.pk)
        refused("answered_activation_says_when", rows.update, state="withdrawn")
        rows.update(state="withdrawn", answered_at=clock.now())
        refused("activation_is_answered_once", rows.update, state="ok")


def test_asking_and_telling_are_on_record(walk):
    walk.move(90)
    (entry,) = AuditEntry.objects.filter(action="service.ask_for_new_term")
    assert entry.before["ends_on"] == walk.end.isoformat()
    assert entry.after["ends_on"] == (walk.end + timedelta(days=90)).isoformat()
