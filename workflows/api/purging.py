"""Purging of cases through the API: those that are named, or what the rules say."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from core.api.fields import row_id
from core.errors import ApplicationError
from core.models import User
from core.rights import require
from workflows import selectors, services
from workflows.models.retention import PURGE
from workflows.services.purge_policy import preview, reasons, why_not


def purge(asked: dict[str, Any], person: User) -> dict[str, Any]:
    """One refusal stops no other case."""
    require(person, PURGE)
    reason, is_trial = asked.get("reason", ""), asked["dry_run"]
    if "ids" in asked:
        ids = list(dict.fromkeys(asked["ids"]))
        results = [_try(one, person) if is_trial else _purge(one, reason, person) for one in ids]
        return {"results": results, "rules": [], "job": None}
    shown = preview()
    job = None if is_trial else services.purge_now(reason=reason, actor=person)
    return {"results": [], "rules": shown, "job": job.pk if job is not None else None}


def _purge(one: object, reason: str, person: User) -> dict[str, Any]:
    try:
        services.purge_case(instance_id=row_id(one), reason=reason, actor=person)
    except ApplicationError as refusal:
        return _result(one, refusal.code, str(refusal))
    except ObjectDoesNotExist:
        return _result(one, "not_found", _("There is no such case."))
    return _result(one)


def _try(one: object, person: User) -> dict[str, Any]:
    try:
        case = selectors.case_for(person, row_id(one))
    except ObjectDoesNotExist:
        return _result(one, "not_found", _("There is no such case."))
    why = reasons([case.pk]).get(case.pk, "")
    return _result(one, f"case_{why}", why_not(why)) if why else _result(one)


def _result(one: object, code: str = "", detail: str = "") -> dict[str, Any]:
    return {"id": one, "purged": not code, "code": code, "detail": detail}
