"""The people of a story with their tokens, its days, and its platform: what ``test_story`` is told with."""

from __future__ import annotations

import io
import json
from typing import Any

from django.test import Client
from pypdf import PdfReader

from config.platform_fake import Platform, sign
from config.platform_fake.server import DEMO_SECRET
from core import clock
from tests.processes.days import Days, settle
from workflows.models import Job
from workflows.services import run_job


class Story(Days):
    """The people with their tokens, and the days of the story."""

    def __init__(self, as_: Any, outside: Platform) -> None:
        super().__init__()
        self.as_, self.outside = as_, outside
        self.customer = self.contract = ""
        self._told = 0

    # Callers ---------------------------------------------------------------------------------------

    def read(self, who: str, path: str) -> Any:
        answer = self.as_(who).read(path)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def rows(self, who: str, path: str) -> list[dict[str, Any]]:
        return self.read(who, path)["results"]

    def send(self, who: str, path: str, body: Any, *, method: str = "POST", status: int = 0) -> Any:
        answer = self.as_(who).send(method, path, body)
        assert answer.status_code == status if status else answer.status_code < 300, answer.content.decode()
        return answer.json()

    def pdf(self, who: str, path: str) -> list[str]:
        """The text of each page, without blanks."""
        answer = self.as_(who).read(path, Accept="application/pdf")
        assert answer.status_code == 200, answer.content.decode()
        return ["".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(answer.content)).pages]

    def waiting(self, subject: str) -> dict[str, str]:
        """The open steps of a business row, and whose they are: a person's or a role's."""
        found = self.rows("admin", f"work-items/?box=all&subject={subject}")
        return {one["element"].rpartition("/")[2]: one["assignee"] or one["role"] for one in found}

    def cases(self, subject: str) -> dict[str, str]:
        found = self.rows("admin", f"process-instances/?subject={subject}")
        return {one["definition"]: one["status"] for one in reversed(found)}

    def step(self, who: str, subject: str, element: str, outcome: str = "", comment: str = "", **data: Any):
        """Find the step in the person's own inbox, read its form, and complete it."""
        mine = [
            one
            for box in ("mine", "queue")
            for one in self.rows(who, f"work-items/?box={box}&subject={subject}")
            if one["element"].rpartition("/")[2] == element
        ]
        assert len(mine) == 1, (who, element, self.waiting(subject))
        pk = mine[0]["id"]
        form = self.read(who, f"work-items/{pk}/form/")
        assert form["rights"]["complete"]
        choices = [one["code"] for one in form["outcomes"]]
        outcome = outcome or (choices[0] if len(choices) == 1 else "")
        files = {name: data.pop(name) for name in list(data) if name.endswith(("files", "scan"))}
        asked = {one["id"] for one in form["fields"] if one["required"]}
        assert asked <= {*data, *files}, asked
        body = {"outcome": outcome, "comment": comment, "data": json.dumps(data) if files else data}
        client = self.as_(who)
        if files:
            answer = client.post(f"/api/v1/work-items/{pk}/complete/", {**body, **files})
        else:
            answer = client.send("POST", f"work-items/{pk}/complete/", body)
        assert answer.status_code == 200, (element, answer.content.decode())
        settle()

    # The platform -------------------------------------------------------------------------------------

    def platform_tells(self) -> list[int]:
        """What the platform has told since, carried to our door as it was written, signed by it."""
        answers = []
        for told in self.outside.teller.events[self._told :]:
            seconds = int(clock.now().timestamp())
            answer = Client().post(
                "/api/v1/member-events/",
                told.body,
                content_type="application/json",
                headers={
                    "webhook-id": told.event_id,
                    "webhook-timestamp": str(seconds),
                    "webhook-signature": sign(DEMO_SECRET, told.event_id, seconds, told.body),
                },
            )
            answers.append(answer.status_code)
        self._told = len(self.outside.teller.events)
        settle()
        return answers

    def workers_call(self) -> int:
        """The calls to the outside that are due are done; how many there were."""
        jobs = list(Job.objects.filter(status="open").order_by("pk"))
        for job in jobs:
            run_job(job_id=job.pk)
        settle()
        return len(jobs)

    # Who the story is about ------------------------------------------------------------------------------

    @property
    def of_customer(self) -> str:
        return f"crm.customer:{self.customer}"

    @property
    def of_contract(self) -> str:
        return f"contracts.contract:{self.contract}"

    def contract_now(self) -> dict[str, Any]:
        return self.read("rep1", f"contracts/{self.contract}/")
