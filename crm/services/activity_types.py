"""Maintain the types of activity: what a record of each must hold (F42, F43)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor
from core.errors import Conflict
from core.rights import require
from crm.models import Activity, ActivityType
from crm.services.cleaning import cleaned, invalid
from crm.services.statuses import MANAGE

TYPE_FIELDS = (
    "name_zh",
    "name_en",
    "channel",
    "order",
    "transcript_required",
    "counts_as_contact",
    "next_required",
    "is_active",
)


@transaction.atomic
def save_activity_type(
    *, code: str, fields: Mapping[str, Any], actor: Actor, is_new: bool = False
) -> ActivityType:
    """Add a type or change it. What was recorded before stays as it is; its code stays for good."""
    require(actor, MANAGE)
    values = cleaned(ActivityType, {**fields, **({"code": code} if is_new else {})}, (*TYPE_FIELDS, "code"))
    if is_new:
        if ActivityType.objects.filter(code=code).exists():
            raise invalid({"code": [_("There is a type with this code already.")]})
        kind = ActivityType.objects.create(**values)
    else:
        kind = ActivityType.objects.select_for_update().get(code=code)
        for name, value in values.items():
            setattr(kind, name, value)
        kind.save(update_fields=list(values) or None)
    audit.record(actor, "crm.save_activity_type", kind, after=values)
    return kind


@transaction.atomic
def delete_activity_type(*, code: str, actor: Actor) -> None:
    """Take a type away that no activity has; another one can only be taken out of use."""
    require(actor, MANAGE)
    kind = ActivityType.objects.select_for_update().get(code=code)
    if Activity.objects.filter(type=kind).exists():
        raise Conflict(
            _(
                "Activities have the type %(type)s: take it out of use instead, then nobody chooses it any more."
            )
            % {"type": kind.name},
            code="type_in_use",
        )
    audit.record(actor, "crm.delete_activity_type", kind, before={"code": code})
    kind.delete()
