"""The onboardings of the demo: most are done; one waits at each step, and three of them are late."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from contracts.models import Contract
from core.acting import acting_as
from core.actors import SystemActor
from core.models import User
from service.models import MemberActivation, Onboarding, OnboardingItem
from service.services import record_answer
from service.services.onboarding import STEPS, finish_item
from workflows.selectors import open_work_item_of, open_work_on
from workflows.services import complete_work_item

PLATFORM = SystemActor("member_events")
# At which steps an onboarding has stopped, by a piece of the firm's name; the others are done.
STOPS_AT: dict[str, tuple[str, ...]] = {
    "浦江密封件": ("first_week_call",),
    "龙城电机": ("mend_activation",),
    "象山注塑机": ("accept",),
    "青浦联轴器": ("collect_materials", "check_contract"),
    "溧水齿轮箱": ("settle_mismatch",),
    "庐江称重仪表": ("build_shop",),
    "瑞安汽配冲件": ("review_content",),
}
# Who does a step, and how; the owner of the contract where nobody is named.
DOERS = {
    "collect_materials": ("", ""),
    "check_contract": ("assistant", "ok"),
    "build_shop": ("assistant", "done"),
    "review_content": ("content", "approve"),
    "accept": ("", "accept"),
    "first_week_call": ("aftersales", "done"),
}
COLOURS = ("steelblue", "slategray", "darkseagreen")


class Onboarder:
    """Does whatever an onboarding waits for at a moment of the demo's year."""

    def __init__(self, people: dict[str, User], settle: Callable[[], None]) -> None:
        self.people = people
        self.settle = settle

    def go_on(self) -> None:
        """As far as each of them goes today."""
        while self._round():
            self.settle()

    def _round(self) -> bool:
        """Whether anybody found something to do. What waits is asked for at once: this happens after everything
        that happens in the demo."""
        open_ones = Onboarding.objects.filter(state=Onboarding.State.OPEN)
        rows = {
            one.contract_id: one.contract
            for one in open_ones.select_related("contract__customer", "contract__owner")
        }
        waiting = open_work_on(rows.values()).filter(element__in=DOERS)
        steps = [(int(pk), element) for pk, element in waiting.values_list("instance__subject_id", "element")]
        wishes = MemberActivation.objects.filter(contract__in=rows, state=MemberActivation.State.PENDING)
        done = [self._answer(wish, self._stops(rows[wish.contract_id])) for wish in wishes]
        for pk, element in steps:
            stop = self._stops(rows[pk])
            if element not in stop:
                done.append(self._step(rows[pk], element, stop))
        for item in (
            OnboardingItem.objects.filter(onboarding__contract__in=rows, state=OnboardingItem.State.TODO)
            .exclude(code__in=STEPS)
            .select_related("onboarding")
        ):
            if not self._stops(rows[item.onboarding.contract_id]):
                done.append(self._tick_off(item))
        return any(done)

    def _stops(self, contract: Contract) -> tuple[str, ...]:
        return next((steps for name, steps in STOPS_AT.items() if name in contract.customer.name), ())

    def _answer(self, wish: MemberActivation, stop: tuple[str, ...]) -> bool:
        is_ok = "mend_activation" not in stop
        answer = {
            "ok": is_ok,
            "external_id": f"M-{20_000 + wish.contract_id}" if is_ok else "",
            "reason": "" if is_ok else "营业执照已过有效期",
        }
        record_answer(request_key=wish.request_key, answer=answer, actor=PLATFORM)
        return True

    def _step(self, contract: Contract, element: str, stop: tuple[str, ...]) -> bool:
        who, outcome = DOERS[element]
        person = self.people[who] if who else contract.owner
        item = open_work_item_of(contract, element=element, actor=person)
        if item is None:
            return False
        is_first = element == "collect_materials"
        differs = element == "check_contract" and "settle_mismatch" in stop
        with acting_as(person):
            complete_work_item(
                work_item_id=item.pk,
                actor=person,
                outcome="mismatch" if differs else outcome,
                comment="合同上的公司名称与营业执照不一致。" if differs else "",
                data={"kind": "photo"} if is_first else {},
                files={"material_files": _photos(contract.pk)} if is_first else {},
            )
        return True

    def _tick_off(self, item: OnboardingItem) -> bool:
        """Advertisements, articles and training, which have no task."""
        person = self.people["aftersales"]
        with acting_as(person):
            finish_item(item_id=item.pk, actor=person)
        return True


def _photos(serial: int) -> list[SimpleUploadedFile]:
    """Two plain pictures: no photographs of real firms."""
    found = []
    for number in (0, 1):
        content = BytesIO()
        Image.new("RGB", (320 + serial % 50, 240), COLOURS[(serial + number) % 3]).save(content, "JPEG")
        found.append(
            SimpleUploadedFile(f"车间{number + 1}.jpg", content.getvalue(), content_type="image/jpeg")
        )
    return found
