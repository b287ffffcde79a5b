"""Operations with an effect outside that only tests have, and a hand that lets workers do their part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from core import clock
from core.errors import ApplicationError
from core.models import Department
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import Hand
from workflows import services
from workflows.models import Incident, Job
from workflows.registry import BpmnError, GiveUp, Later, OutsideContext, Param, Rate, operation

POST, LIMITED, OTHER = "tests.post", "tests.post_limited", "tests.post_to"
RETRIES = 2
# What the function was told, each time it was called.
told: list[tuple[OutsideContext, Mapping[str, Any]]] = []


def _crash() -> None:
    raise ConnectionResetError("password=hunter2")


def _write() -> None:
    Department.objects.update(name="written from outside")


@operation(
    name=POST,
    label=("寄送", "Post"),
    effect="outside",
    params={
        "do": Param("text", required=False),
        "amount": Param("decimal", required=False),
        "on": Param("date", required=False),
        "item": Param("text", required=False),
    },
    result={"receipt": "text", "amount": "decimal"},
    retries=RETRIES,
    first_pause=timedelta(seconds=10),
    longest_pause=timedelta(minutes=5),
    timeout=timedelta(seconds=20),
)
def post(context: OutsideContext, *, do: str | None = None, **params: Any) -> Mapping[str, Any] | None:
    """Does as it is told."""
    told.append((context, {"do": do, **params}))
    deeds = {
        "declined": lambda: (_ for _ in ()).throw(BpmnError("declined")),
        "give up": lambda: (_ for _ in ()).throw(GiveUp("There is no such account.")),
        "later": lambda: (_ for _ in ()).throw(Later(90)),
        "refuse": lambda: (_ for _ in ()).throw(ApplicationError("Not allowed.", code="no")),
        "crash": _crash,
        "write": _write,
    }
    if do in deeds:
        deeds[do]()
    if do == "odd":
        return {"receipt": object()}
    if do == "unfit":
        return {"receipt": 5}
    if do == "zero":
        return {"receipt": "a\x00b"}
    return {"receipt": f"R-{params.get('item') or len(told)}", "amount": Decimal("12.50")}


@operation(
    name=LIMITED,
    label=("限速寄送", "Post, but not often"),
    effect="outside",
    rate=Rate(2, timedelta(minutes=1)),
)
def post_limited(context: OutsideContext) -> None:
    told.append((context, {}))


@operation(
    name=OTHER,
    label=("寄给", "Post to"),
    effect="outside",
    params={"to": "text"},
    target="to",
    targets=lambda: {"near": "Near", "far": "Far"},
)
def post_to(context: OutsideContext, *, to: str) -> None:
    told.append((context, {"to": to}))


def posting(key: str = "posting", *, do: str = "'answer'", words: str = "", **params: str) -> Drawing:
    """One call, then somebody looks at it."""
    drawing = Drawing(key, extensions=words).start().end()
    return drawing.service("call", POST, result="answer", do=do, **params)


class Caller(Hand):
    """A hand that also does what workers do."""

    @property
    def jobs(self) -> list[Job]:
        return list(Job.objects.filter(instance=self.instance, status="open").order_by("pk"))

    @property
    def job(self) -> Job:
        (found,) = self.jobs
        return found

    @property
    def incident(self) -> Incident:
        return Incident.objects.get(instance=self.instance, status="open")

    def call(self, element: str = "", *, later: timedelta = timedelta(0)) -> bool:
        """A worker takes what is due: of an element, or the only one."""
        jobs = [one for one in self.jobs if not element or one.element == element]
        with clock.travel(later):
            done = services.run_job(job_id=jobs[0].pk)
        self.prove()
        return done

    def call_all(self) -> Caller:
        for job in self.jobs:
            services.run_job(job_id=job.pk)
            self.prove()
        return self
