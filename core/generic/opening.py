"""What a form showed when it was opened, signed into the form itself.

Only with it can the page tell what the others changed from what the person changed. The signature names the
person and the address, so that the values of one form prove nothing in another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core import signing
from django.http import HttpRequest

from core import clock
from core.generic.slots import Slot

OPENING = "opening_values"
# As long as drafts are kept: one that is taken back brings its opening values along.
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Opening:
    """The values by field; and of those that are still to be decided between two people, what stood there
    before both of them."""

    values: Mapping[str, Any] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)


def signed(request: HttpRequest, slots: Iterable[Slot], *, asked: Mapping[str, Any] | None = None) -> str:
    """The values of now for the hidden field ``opening_values``."""
    now = {
        "at": int(clock.now().timestamp()),
        "values": {slot.name: slot.now for slot in slots},
        "asked": asked or {},
    }
    return signing.dumps(now, salt=_salt(request), compress=True)


def sent(request: HttpRequest, token: str | None = None) -> Opening | None:
    """What came back. None for a form without it, and for one that is forged, another's or too old."""
    token = request.POST.get(OPENING, "") if token is None else token
    if not token:
        return None
    try:
        found = signing.loads(token, salt=_salt(request))
    except signing.BadSignature:
        return None
    if clock.now().timestamp() - found["at"] > KEPT_FOR.total_seconds():
        return None
    return Opening(found["values"], found["asked"])


def _salt(request: HttpRequest) -> str:
    return f"core.generic.opening:{request.user.pk}:{request.path}"
