"""Where the figures lead: to the cases that were counted."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from core.models import Department
from workflows.selectors.figures import Asked


class CaseLinks:
    """Addresses of the list of cases, narrowed as the figures are."""

    def __init__(self, asked: Asked, department: Department | None) -> None:
        self.asked = asked
        self.common = {"definition": asked.definition.pk}
        if asked.version is not None:
            self.common["version"] = asked.version.pk
        if department is not None:
            self.common["department"] = department.pk
        self.ended = {"ended_from": asked.start.isoformat(), "ended_to": asked.end.isoformat()}

    def running(self) -> str:
        return self._address()

    def waiting(self, element: str) -> str:
        return self._address(element=element)

    def finished(self) -> str:
        return self._address(status="completed", **self.ended)

    def cancelled(self) -> str:
        return self._address(status="cancelled", **self.ended)

    def late(self) -> str:
        return self._address(status="completed", late="1", **self.ended)

    def of_way(self, variant: int) -> str:
        return self._address(status="completed", variant=str(variant), **self.ended)

    def _address(self, **more: str) -> str:
        return f"{reverse('workflows:case-list')}?{urlencode({**self.common, **more})}"
