"""Each way through the onboarding (P6): on onboarding, case, tasks, history, and in the platform's own journal."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from config.platform_fake import Platform
from contracts.models import Contract
from core.errors import ApplicationError, Conflict
from core.models import Notification
from service.models import Material, MemberActivation, Onboarding
from service.services.onboarding import finish_item, skip_item
from tests.contracts.factory import membership, term
from tests.processes.onboarding_walk import KEY, OnboardingWalk, member_platform, photo, point_at
from tests.processes.walk import later, settle
from workflows.models import OutsideService, ProcessInstance, WorkItem
from workflows.services import cancel_instance, retry_incident, start_process


def start(walk: OnboardingWalk) -> ProcessInstance:
    return start_process(definition_key=KEY, subject=walk.contract, actor=walk.people.assistant)


@pytest.fixture
def outside(company):
    with member_platform() as found:
        yield found


@pytest.fixture
def walk(company, outside) -> OnboardingWalk:
    return OnboardingWalk(company)


class TestTheStraightWay:
    def test_from_the_contract_in_effect_to_the_first_week_call(self, walk, outside: Platform):
        walk.stands("open", "check_contract", "collect_materials")
        assert walk.left() == [
            "check_contract", "collect_materials", "activate_member", "build_shop", "review_content", "accept",
            "first_week_call",
        ]  # fmt: skip
        walk.ready()
        walk.stands("open")
        assert walk.wishes[0].state == "pending"
        walk.call()
        walk.stands("open", "build_shop")
        (wish,) = walk.wishes
        assert (wish.state, wish.external_id) == ("ok", "M-10001")
        assert outside.effects == {wish.request_key: 1}
        assert walk.onboarding.activated_at == wish.answered_at
        walk.do("assistant", "build_shop", "done")
        walk.stands("open", "review_content")
        walk.do("content", "review_content", "approve")
        assert Material.objects.get().approved_by == walk.people.content
        walk.stands("open", "accept")
        walk.do("rep1", "accept", "accept")
        walk.stands("open")
        assert "first_week" in walk.waits()
        with later(days=4):
            walk.stands("open")
        with walk.week_over():
            walk.stands("open", "first_week_call")
            walk.do("aftersales", "first_week_call", "done")
            walk.stands("done", case="completed")
        assert set(walk.items().values()) == {"done"}
        assert walk.waits() == []
        assert walk.steps()[-2:] == ["is_done", "onboarded"]

    def test_a_contract_that_takes_effect_begins_it_once(self, walk):
        with pytest.raises(ApplicationError):
            start(walk)
        assert Onboarding.objects.count() == 1

    def test_nobody_starts_it_for_a_contract_that_is_not_in_effect(self, walk):
        Contract.objects.filter(pk=walk.contract.pk).update(state="terminated")
        walk.contract.refresh_from_db()
        cancel_instance(instance_id=walk.case.pk, reason="重来", actor=walk.people.admin)
        with pytest.raises(ApplicationError) as refusal:
            start(walk)
        assert refusal.value.code == "wrong_state"


class TestMaterials:
    def test_several_photos_in_one_go(self, walk):
        walk.collect(photo("navy", "a.jpg"), photo("red", "b.jpg"), photo("green", "c.jpg"))
        assert Material.objects.filter(onboarding=walk.onboarding, kind="photo").count() == 3
        walk.stands("open", "check_contract")

    def test_none_at_all_is_refused(self, walk):
        with pytest.raises(ApplicationError) as refusal:
            walk.do("rep1", "collect_materials", kind="photo")
        assert "material_files" in refusal.value.errors
        walk.stands("open", "check_contract", "collect_materials")

    def test_a_file_that_is_no_picture_is_named_and_nothing_is_kept(self, walk):
        bad = photo(name="virus.exe")
        bad.file.truncate(0)
        bad.file.write(b"MZ\x90\x00" * 20)
        bad.file.seek(0)
        with pytest.raises(ApplicationError) as refusal:
            walk.collect(photo(), bad)
        assert "virus.exe" in str(refusal.value)
        assert Material.objects.count() == 0
        walk.stands("open", "check_contract", "collect_materials")

    def test_only_whose_contract_it_is_collects(self, walk):
        with pytest.raises((PermissionDenied, Conflict, WorkItem.DoesNotExist)):
            walk.do("rep2", "collect_materials", kind="photo", material_files=[photo()])


class TestTheContract:
    def test_a_mismatch_goes_to_the_manager_and_back(self, walk):
        with pytest.raises(ApplicationError):
            walk.check("mismatch")
        walk.check("mismatch", "套餐与合同不符")
        walk.stands("open", "collect_materials", "settle_mismatch")
        assert "check_contract" in walk.left()
        walk.do("manager1", "settle_mismatch", "settled", "已与客户确认")
        walk.stands("open", "check_contract", "collect_materials")
        walk.ready()
        assert "check_contract" not in walk.left()
        walk.call()
        walk.stands("open", "build_shop")


class TestThePlatform:
    def test_down_for_good_is_an_incident_and_asks_again_with_the_same_key(self, walk, outside):
        outside.behave("down")
        walk.ready()
        walk.call(4)
        assert walk.incident.element == "activate_member"
        assert outside.effects == {}
        outside.behave("well")
        retry_incident(incident_id=walk.incident.pk, actor=walk.people.admin)
        walk.call()
        walk.stands("open", "build_shop")
        assert outside.effects == {walk.wishes[0].request_key: 1}
        assert len(walk.wishes) == 1

    def test_down_for_a_while_is_nobodys_business(self, walk, outside):
        outside.behave("down", times=2)
        walk.ready()
        walk.call(3)
        walk.stands("open", "build_shop")
        assert outside.calls == {walk.wishes[0].request_key: 3}

    def test_the_line_breaks_before_the_answer_and_it_is_done_once(self, walk, outside):
        outside.behave("silent", times=1)
        walk.ready()
        walk.call()
        walk.stands("open")
        walk.call()
        walk.stands("open", "build_shop")
        assert list(outside.effects.values()) == [1]

    def test_it_takes_the_request_and_tells_later(self, walk, outside):
        outside.behave("late")
        walk.ready()
        walk.call()
        walk.stands("open")
        assert outside.effects == {}
        outside.finish()
        walk.hears()
        walk.stands("open", "build_shop")
        assert walk.wishes[0].state == "ok"
        assert list(outside.effects.values()) == [1]

    def test_it_takes_the_request_and_the_next_look_finds_the_answer(self, walk, outside):
        outside.behave("late")
        walk.ready()
        walk.call()
        outside.finish()
        walk.call()
        walk.stands("open", "build_shop")
        assert walk.wishes[0].external_id == "M-10001"
        # Its own event comes after that, and finds nothing to do.
        walk.hears()
        walk.stands("open", "build_shop")
        assert walk.wishes[0].external_id == "M-10001"

    def test_it_answers_twice(self, walk, outside):
        outside.behave("twice")
        walk.opened()
        walk.hears()
        walk.hears(ok=False)
        walk.stands("open", "build_shop")
        assert walk.wishes[0].state == "ok"
        assert list(outside.effects.values()) == [1]

    def test_its_answer_comes_after_we_gave_up_waiting(self, walk, outside):
        outside.behave("down")
        walk.ready()
        walk.call(4)
        assert walk.incident.element == "activate_member"
        walk.hears()
        walk.stands("open", "build_shop")
        assert walk.wishes[0].state == "ok"

    def test_it_declines_is_mended_and_asked_anew(self, walk, outside):
        outside.behave("decline", times=1)
        walk.opened()
        walk.stands("open", "mend_activation")
        assert walk.wishes[0].answer["reason"] == "平台没有该套餐"
        walk.do("tech", "mend_activation", "again")
        walk.call()
        walk.stands("open", "build_shop")
        assert [one.state for one in walk.wishes] == ["failed", "ok"]
        assert outside.effects == {walk.wishes[1].request_key: 1}

    def test_it_declines_by_its_own_event(self, walk, outside):
        outside.behave("late")
        walk.ready()
        walk.call()
        walk.hears(ok=False, reason="资质不符")
        walk.stands("open", "mend_activation")

    def test_without_a_platform_an_operator_is_told_how_to_mend_it(self, walk):
        OutsideService.objects.all().delete()
        walk.ready()
        walk.call()
        assert "platform" in walk.incident.message
        with member_platform() as second:
            point_at(second.url)
            retry_incident(incident_id=walk.incident.pk, actor=walk.people.admin)
            walk.call()
        walk.stands("open", "build_shop")


class TestSentBack:
    def test_the_content_goes_back_to_the_shop(self, walk):
        walk.opened()
        walk.do("assistant", "build_shop", "done")
        walk.do("content", "review_content", "return", "照片模糊")
        walk.stands("open", "build_shop")
        assert {"build_shop", "review_content"} <= set(walk.left())
        walk.do("assistant", "build_shop", "done")
        walk.do("content", "review_content", "approve")
        walk.stands("open", "accept")

    def test_the_customer_wants_it_done_over(self, walk):
        walk.shown()
        with pytest.raises(ApplicationError):
            walk.do("rep1", "accept", "rework")
        walk.do("rep1", "accept", "rework", "首页换图")
        walk.stands("open", "build_shop")
        assert walk.left() == ["build_shop", "review_content", "accept", "first_week_call"]
        walk.do("assistant", "build_shop", "done")
        walk.do("content", "review_content", "approve")
        walk.do("rep1", "accept", "accept")
        assert walk.left() == ["first_week_call"]


class TestLate:
    def test_is_reported_once_and_goes_on(self, walk):
        with later(days=25):
            walk.stands("open", "check_contract", "collect_materials")
            assert walk.onboarding.escalated_at is not None
            for who in ("manager1", "director", "rep1"):
                told = Notification.objects.filter(person=getattr(walk.people, who), kind="onboarding.late")
                assert told.count() == 1
        with later(days=60):
            assert Notification.objects.filter(kind="onboarding.late").count() == 3

    def test_nobody_hears_of_what_was_done_in_time(self, walk):
        walk.shown()
        walk.do("rep1", "accept", "accept")
        with walk.week_over():
            walk.do("aftersales", "first_week_call", "done")
        with later(days=60):
            assert not Notification.objects.filter(kind="onboarding.late").exists()


class TestItems:
    def test_a_leader_skips_with_a_reason_and_the_process_goes_on(self, walk):
        item = walk.onboarding.items.get(code="build_shop")
        for who in ("rep1", "assistant"):
            with pytest.raises(PermissionDenied):
                skip_item(item_id=item.pk, reason="客户自备", actor=getattr(walk.people, who))
        with pytest.raises(Onboarding.DoesNotExist):
            skip_item(item_id=item.pk, reason="客户自备", actor=walk.people.manager2)
        with pytest.raises(ApplicationError):
            skip_item(item_id=item.pk, reason=" ", actor=walk.people.manager1)
        skip_item(item_id=item.pk, reason="客户自备", actor=walk.people.manager1)
        item.refresh_from_db()
        assert (item.state, item.skip_by) == ("skipped", walk.people.manager1)
        walk.opened()
        walk.do("assistant", "build_shop", "done")
        assert walk.items()["build_shop"] == "skipped"

    def test_with_the_last_one_skipped_it_is_done_and_so_is_its_case(self, walk):
        for item in walk.onboarding.items.all():
            skip_item(item_id=item.pk, reason="客户全部自理", actor=walk.people.manager1)
        settle()
        walk.stands("done", case="completed")

    def test_what_has_a_task_is_done_by_its_task(self, walk):
        item = walk.onboarding.items.get(code="check_contract")
        with pytest.raises(ApplicationError) as refusal:
            finish_item(item_id=item.pk, actor=walk.people.assistant)
        assert refusal.value.code == "done_by_its_task"

    def test_an_advertisement_is_waited_for(self, company, outside):
        lines = [membership("12800.00"), membership("8000.00", "AD-HOME")]
        walk = OnboardingWalk(company, price="20800.00", lines=lines)
        walk.shown()
        walk.do("rep1", "accept", "accept")
        with walk.week_over():
            walk.do("aftersales", "first_week_call", "done")
            walk.stands("open")
            assert walk.left() == ["place_ad"]
            item = walk.onboarding.items.get(code="place_ad")
            finish_item(item_id=item.pk, actor=walk.people.assistant)
            settle()
            walk.stands("done", case="completed")


class TestOtherContracts:
    def test_without_a_membership_the_platform_is_not_asked(self, company, outside):
        walk = OnboardingWalk(company, price="8000.00", lines=[membership("8000.00", "AD-HOME")])
        walk.ready()
        walk.stands("open", "accept")
        assert MemberActivation.objects.count() == 0

    def test_a_renewal_extends_and_calls(self, company, outside):
        first = OnboardingWalk(company)
        first.opened()
        walk = OnboardingWalk(
            company,
            customer=first.contract.customer,
            fields={
                **term(first.contract.end_on + timedelta(days=1)),
                "kind": "renewal",
                "parent_id": first.contract.pk,
            },
        )
        assert walk.left() == ["activate_member", "first_week_call"]
        walk.call()
        walk.stands("open")
        (wish,) = walk.wishes
        assert (wish.kind, wish.external_id, wish.state) == ("extend", "M-10001", "ok")
        with walk.week_over():
            walk.do("aftersales", "first_week_call", "done")
            walk.stands("done", case="completed")


class TestCancelled:
    def test_calls_the_onboarding_off_and_leaves_the_contract_in_effect(self, walk):
        cancel_instance(instance_id=walk.case.pk, reason="客户退订", actor=walk.people.admin)
        walk.stands("cancelled", case="cancelled")
        assert walk.onboarding.cancel_reason == "客户退订"
        walk.contract.refresh_from_db()
        assert walk.contract.state == "active"

    def test_a_new_start_goes_on_where_it_was(self, walk):
        walk.collect()
        cancel_instance(instance_id=walk.case.pk, reason="误操作", actor=walk.people.admin)
        walk.case = start(walk)
        walk.stands("open", "check_contract", "collect_materials")
        assert "collect_materials" not in walk.left()
