"""The platform's own event about a membership: the same answer as that of the call, whichever comes first."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import ApplicationError
from crm.models import MemberEvent
from crm.services.members import handle
from service.models import MemberActivation
from service.services.activation import record_answer


def _answered(event: MemberEvent, actor: Actor) -> None:
    data = event.payload
    key = data.get("request_key")
    status = data.get("status")
    if not isinstance(key, str) or not MemberActivation.objects.filter(request_key=key[:80]).exists():
        unknown = _("There is no such request.")
        raise ApplicationError(unknown, code="unknown_request", errors={"data": [unknown]})
    if status not in ("done", "declined"):
        unknown = _("The status is done or declined.")
        raise ApplicationError(unknown, code="invalid", errors={"data": [unknown]})
    record_answer(
        request_key=key,
        answer={
            "ok": status == "done",
            "external_id": str(data.get("external_id") or "")[:60],
            "reason": str(data.get("reason") or "")[:300],
        },
        actor=actor,
    )


handle(MemberEvent.Kind.MEMBERSHIP, _answered)
