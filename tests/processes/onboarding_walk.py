"""A contract in effect on its way through its onboarding, as people carry it; calls as the workers do them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from config.platform_fake import Platform, platform
from config.platform_fake.server import DEMO_SECRET, HEADER
from contracts.models import Contract
from core import clock
from core.actors import SystemActor
from core.webhooks import secrets
from service.models import MemberActivation, Onboarding
from service.services import record_answer
from tests.processes.walk import settle
from tests.service.factory import contract_in_effect
from workflows.audit import audit
from workflows.models import Incident, Job, OutsideService, ProcessInstance, Subscription, Timer, WorkItem
from workflows.services import complete_work_item, publish_shipped, run_job

KEY = "onboarding"
# Long enough that every pause between the tries is over.
PAUSE = 3600
EVENT = SystemActor("member_events")


def photo(colour: str = "navy", name: str = "shop.jpg") -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (64, 48), colour).save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/jpeg")


@contextmanager
def member_platform() -> Iterator[Platform]:
    """The platform, and our row that says where it is."""
    with platform(secret=DEMO_SECRET) as found:
        point_at(found.url)
        yield found


def point_at(url: str) -> OutsideService:
    fields = {
        "name_zh": "会员平台",
        "name_en": "Member platform",
        "base_url": url,
        "header_name": HEADER,
        "secret": secrets.encrypt(DEMO_SECRET),
        "timeout": 5,
        "allow_private": True,
        "created_at": clock.now(),
    }
    return OutsideService.objects.update_or_create(code="platform", defaults=fields)[0]


class OnboardingWalk:
    """One onboarding: does the steps as people, says where it stands."""

    def __init__(self, company: Any, owner: str = "rep1", **kwargs: Any) -> None:
        if not ProcessInstance.objects.filter(definition__key=KEY).exists():
            publish_shipped(only={KEY})
        self.people = company
        self.contract: Contract = contract_in_effect(company, getattr(company, owner), **kwargs)
        settle()
        self.case = ProcessInstance.objects.get(
            definition__key=KEY, subject_type="contracts.contract", subject_id=str(self.contract.pk)
        )

    @property
    def onboarding(self) -> Onboarding:
        return Onboarding.objects.get(contract=self.contract)

    @property
    def wishes(self) -> list[MemberActivation]:
        return list(MemberActivation.objects.filter(contract=self.contract).order_by("pk"))

    @property
    def incident(self) -> Incident:
        return Incident.objects.get(instance=self.case, status="open")

    def do(self, who: str, element: str, outcome: str = "", comment: str = "", **data: Any) -> None:
        files = {name: data.pop(name) for name in list(data) if name.endswith("files")}
        item = WorkItem.objects.get(instance=self.case, element=element, status="open")
        complete_work_item(
            work_item_id=item.pk,
            actor=getattr(self.people, who),
            outcome=outcome,
            comment=comment,
            data=data,
            files=files,
        )

    def collect(self, *files: SimpleUploadedFile) -> None:
        self.do("rep1", "collect_materials", kind="photo", material_files=list(files) or [photo()])

    def check(self, outcome: str = "ok", comment: str = "") -> None:
        self.do("assistant", "check_contract", outcome, comment)

    def ready(self) -> None:
        """Everything before the platform is asked."""
        self.collect()
        self.check()

    def call(self, times: int = 1) -> None:
        """A worker does the calls that are due, after whatever pause they wait for."""
        for _turn in range(times):
            for job in Job.objects.filter(instance=self.case, status="open").order_by("pk"):
                Job.objects.filter(pk=job.pk).update(due_at=clock.now())
                run_job(job_id=job.pk)

    def hears(self, *, ok: bool = True, **more: Any) -> MemberActivation:
        """The platform's own event arrives."""
        answer = {"ok": ok, "external_id": "M-77", **more}
        found = record_answer(request_key=self.wishes[-1].request_key, answer=answer, actor=EVENT)
        settle()
        return found

    def opened(self) -> None:
        self.ready()
        self.call()

    def shown(self) -> None:
        """Up to the customer's acceptance."""
        self.opened()
        self.do("assistant", "build_shop", "done")
        self.do("content", "review_content", "approve")

    @contextmanager
    def week_over(self) -> Iterator[None]:
        """After the five working days before the first call, which from a Friday evening are more than a week."""
        week = Timer.objects.get(instance=self.case, element="first_week", status="open")
        with clock.travel(week.due_at + timedelta(minutes=1)):
            settle()
            yield

    def items(self) -> dict[str, str]:
        return dict(self.onboarding.items.values_list("code", "state"))

    def left(self) -> list[str]:
        return [code for code, state in self.items().items() if state == "todo"]

    def waits(self) -> list[str]:
        """What waits for something that is nobody's task, by its element."""
        timers = Timer.objects.filter(instance=self.case, status="open").values_list("element", flat=True)
        places = Subscription.objects.filter(instance=self.case, status="open")
        return sorted([*timers, *places.values_list("element", flat=True)])

    def stands(self, state: str, *waiting: str, case: str = "active") -> None:
        """The onboarding's state, the tasks that are open, and the case's status, all at once."""
        self.case.refresh_from_db()
        open_items = WorkItem.objects.filter(instance=self.case, status="open").order_by("element")
        assert (self.onboarding.state, [one.element for one in open_items], self.case.status) == (
            state,
            sorted(waiting),
            case,
        )
        assert audit() == []

    def steps(self) -> list[str]:
        """What was completed, in order."""
        done = self.case.events.filter(kind="completed").order_by("pk")
        return [name for name in done.values_list("element", flat=True) if name]
