"""Marks at clauses: what reviewers want changed, where it stands, and what the drafter answers (F73)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import ClauseMark, Contract, ContractVersion
from contracts.services.moves import UNDER_REVIEW, current_version, locked
from core import audit, clock
from core.actors import Actor
from core.errors import ApplicationError
from core.models import User
from workflows import selectors as workflow_selectors

LONGEST = 500


def may_mark(contract: Contract, actor: Actor) -> bool:
    """Whoever has a step of the contract's review before them, and it is not their own contract."""
    if not isinstance(actor, User) or contract.state not in UNDER_REVIEW or contract.owner_id == actor.pk:
        return False
    return workflow_selectors.has_work_on(contract, actor=actor)


def clauses_of_version(version: ContractVersion) -> list[Mapping[str, Any]]:
    """Its clauses as they were frozen; versions from before clauses were put together have their template's."""
    content = version.content
    found: list[Mapping[str, Any]] = content.get("clauses") or content["template"].get("clauses", [])
    return found


@transaction.atomic
def mark_clause(*, contract_id: int, actor: User, code: str, note: str) -> ClauseMark:
    """Say what should change at a clause of the version under review; a second word at the same clause replaces
    the first. Without a code it is about the contract as a whole."""
    contract = locked(contract_id, UNDER_REVIEW)
    if not may_mark(contract, actor):
        raise PermissionDenied("Only those who review a contract mark its clauses.")
    version, said = current_version(contract), _said(note, "note", _("Say what should change."))
    titles = {one["code"]: one["title"] for one in clauses_of_version(version)}
    if code and code not in titles:
        text = _("This contract has no such clause.")
        raise ApplicationError(text, code="unknown_clause", errors={"code": [text]})
    mark, _created = ClauseMark.objects.update_or_create(
        version=version,
        code=code,
        made_by=actor,
        defaults={"title": titles.get(code, ""), "note": said, "made_at": clock.now()},
    )
    audit.record(actor, "contracts.mark_clause", contract, after={"clause": code, "note": said})
    return mark


@transaction.atomic
def remove_mark(*, mark_id: int, actor: User) -> None:
    """Take one's own mark back while the version it stands in is under review."""
    mark = ClauseMark.objects.select_related("version__contract").get(pk=mark_id)
    contract = locked(mark.version.contract_id, UNDER_REVIEW)
    if mark.made_by_id != actor.pk or mark.version_id != current_version(contract).pk:
        raise PermissionDenied("Only whoever made a mark takes it back, before the contract is decided on.")
    audit.record(actor, "contracts.remove_mark", contract, before={"clause": mark.code, "note": mark.note})
    mark.delete()


@transaction.atomic
def answer_mark(*, mark_id: int, actor: User, answer: str) -> ClauseMark:
    """The drafter says what came of a mark, while the contract is a draft again."""
    mark = ClauseMark.objects.select_related("version__contract").get(pk=mark_id)
    contract = locked(mark.version.contract_id, (Contract.State.DRAFT,))
    if contract.owner_id != actor.pk or mark.version_id != current_version(contract).pk:
        raise PermissionDenied("Only the drafter answers the marks of the last submission.")
    mark.answer = _said(answer, "answer", _("Say what came of it."))
    mark.answered_by, mark.answered_at = actor, clock.now()
    mark.save(update_fields=["answer", "answered_by", "answered_at"])
    audit.record(actor, "contracts.answer_mark", contract, after={"clause": mark.code, "answer": mark.answer})
    return mark


def _said(text: str, field: str, missing: str) -> str:
    said = text.strip()
    if not said:
        raise ApplicationError(missing, code="required", errors={field: [missing]})
    if len(said) > LONGEST:
        words = _("At most %(most)s characters.") % {"most": LONGEST}
        raise ApplicationError(words, code="too_long", errors={field: [words]})
    return said
