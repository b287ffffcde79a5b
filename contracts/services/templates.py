"""Contract templates: written as drafts, published as versions that never change (F75)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from contracts.models import Clause, ContractTemplate
from contracts.seed import advertising_contract, membership_contract, order_form, supplement
from contracts.services.template_contents import CLAUSE_FIELDS, clean_clauses, clean_fields
from contracts.services.template_texts import faults_of
from core import audit, clock
from core.actors import Actor
from core.errors import ApplicationError, Conflict, Text
from core.models import User
from core.rights import require

EDIT: Final = "contracts.edit_template"
PUBLISH: Final = "contracts.publish_template"
State = ContractTemplate.State
# What a new version starts with.
_KEPT: Final = ("name", "layout", "is_standard", "texts")
_CLAUSE: Final = ("seq", *CLAUSE_FIELDS, "paragraphs")


@transaction.atomic
def create_template(
    *,
    code: str,
    name: str,
    actor: Actor,
    layout: str = ContractTemplate.Layout.FULL,
    source_id: int | None = None,
) -> ContractTemplate:
    """A new template as a draft: empty, or with the texts of another one."""
    require(actor, EDIT)
    source = ContractTemplate.objects.get(pk=source_id) if source_id else None
    template = ContractTemplate(code=code, texts=source.texts if source else {})
    fields = {"name": name, "layout": layout, "is_standard": source.is_standard if source else True}
    errors: dict[str, list[Text]] = {}
    if ContractTemplate.objects.filter(code=code).exists():
        errors["code"] = [_("Another template has this code.")]
    _set(template, {"code": code, **fields}, errors)
    _sign(template, actor)
    template.save(force_insert=True)
    if source:
        _copy_clauses(source, template)
    after = {"code": code, "name": name, "source": source.pk if source else None}
    audit.record(actor, "contracts.create_template", template, after=after)
    return template


@transaction.atomic
def draft_template(*, template_id: int, actor: Actor) -> ContractTemplate:
    """The draft of the next version, with the texts of this one. Raises Conflict if there is a draft already."""
    require(actor, EDIT)
    source = ContractTemplate.objects.select_for_update(no_key=True).get(pk=template_id)
    draft = ContractTemplate.objects.filter(code=source.code, state=State.DRAFT).first()
    if draft is not None:
        raise Conflict(
            _("%(template)s has a draft already: go on with that one, or discard it.")
            % {"template": source.name},
            code="draft_exists",
        )
    newest = ContractTemplate.objects.filter(code=source.code).aggregate(newest=Max("version"))["newest"]
    draft = ContractTemplate(
        code=source.code, version=newest + 1, **{name: getattr(source, name) for name in _KEPT}
    )
    _sign(draft, actor)
    draft.save(force_insert=True)
    _copy_clauses(source, draft)
    audit.record(
        actor, "contracts.draft_template", draft, after={"version": draft.version, "source": source.version}
    )
    return draft


@transaction.atomic
def save_template(
    *,
    template_id: int,
    revision: int,
    actor: Actor,
    fields: Mapping[str, Any] | None = None,
    clauses: Sequence[Mapping[str, Any]] | None = None,
) -> ContractTemplate:
    """Change a draft as it was read. ``clauses`` replace all there are; None leaves them.

    Raises ApplicationError that names each field, clause and paragraph that cannot stand, and keeps nothing then.
    What is merely unfinished is kept: ``publish_template`` refuses it.
    """
    require(actor, EDIT)
    template = _draft(template_id, revision)
    errors: dict[str, list[Text]] = {}
    rows = clean_clauses(clauses, errors) if clauses is not None else None
    _set(template, fields or {}, errors)
    _sign(template, actor)
    template.revision += 1
    template.save()
    if rows is not None:
        template.clauses.all().delete()
        Clause.objects.bulk_create(
            Clause(template=template, seq=seq, **row) for seq, row in enumerate(rows, start=1)
        )
    audit.record(
        actor,
        "contracts.save_template",
        template,
        after={"fields": sorted(fields or {}), "clauses": None if rows is None else len(rows)},
    )
    return template


@transaction.atomic
def publish_template(*, template_id: int, revision: int, note: str, actor: Actor) -> ContractTemplate:
    """The draft becomes what new contracts are drafted from; the version before it retires."""
    require(actor, PUBLISH)
    template = _draft(template_id, revision)
    if not note.strip():
        missing = _("Say in a few words what is new in this version.")
        raise ApplicationError(missing, code="note_missing", errors={"note": [missing]})
    if faults := faults_of(template):
        raise ApplicationError(
            _("The template cannot be published yet: %(faults)s")
            % {"faults": " ".join(one.text for one in faults)},
            code="template_incomplete",
            errors={f"clauses.{one.clause}" if one.clause else "template": [one.text] for one in faults},
        )
    ContractTemplate.objects.filter(code=template.code, state=State.PUBLISHED).update(state=State.RETIRED)
    template.state, template.note = State.PUBLISHED, note.strip()
    template.published_by = actor if isinstance(actor, User) else None
    template.published_at = clock.now()
    template.revision += 1
    template.save(update_fields=["state", "note", "published_by", "published_at", "revision"])
    audit.record(
        actor, "contracts.publish_template", template, after={"version": template.version}, note=note
    )
    return template


@transaction.atomic
def discard_template(*, template_id: int, revision: int, actor: Actor) -> None:
    """Throw a draft away; published versions stay."""
    require(actor, EDIT)
    template = _draft(template_id, revision)
    audit.record(actor, "contracts.discard_template", template, before={"version": template.version})
    template.delete()


@transaction.atomic
def retire_template(*, template_id: int, actor: Actor, reason: str) -> ContractTemplate:
    """Nothing new is drafted from it; contracts that were keep their text. Refuses the last published template."""
    require(actor, PUBLISH)
    template = ContractTemplate.objects.select_for_update(no_key=True).get(pk=template_id)
    if template.state != State.PUBLISHED:
        raise Conflict(_("Only a published template can be retired."), code="wrong_state")
    if not reason.strip():
        missing = _("Please say why.")
        raise ApplicationError(missing, code="reason_missing", errors={"reason": [missing]})
    others = ContractTemplate.objects.filter(state=State.PUBLISHED).exclude(pk=template.pk)
    if not others.exclude(layout=ContractTemplate.Layout.SUPPLEMENT).exists():
        raise Conflict(
            _("It is the only published template: publish another one first."), code="last_template"
        )
    template.state = State.RETIRED
    template.save(update_fields=["state"])
    audit.record(
        actor, "contracts.retire_template", template, after={"version": template.version}, note=reason
    )
    return template


@transaction.atomic
def load_template(seed: ModuleType, *, actor: Actor) -> ContractTemplate:
    """A shipped text (a module of contracts.seed) as a published template; nothing if there is one of its code."""
    found = ContractTemplate.objects.filter(code=seed.CODE).order_by("-version").first()
    if found:
        return found
    template = ContractTemplate.objects.create(
        code=seed.CODE,
        name=seed.NAME["zh-hans"],
        layout=getattr(seed, "LAYOUT", ContractTemplate.Layout.FULL),
        texts={
            "title": seed.TITLE,
            "preamble": seed.PREAMBLE,
            "values": seed.VALUES,
            "variables": getattr(seed, "VARIABLES", {}),
            **_english_of(seed),
            # The clause on taking effect is chosen contract by contract.
            "effective_rules": membership_contract.ALTERNATIVES["effective_rule"],
            # So are the clauses on late payment, and what a draft says of it at first.
            "allocation_orders": membership_contract.ALTERNATIVES["allocation_order"],
            "signing_orders": membership_contract.ALTERNATIVES["signing_order"],
            "late_terms": membership_contract.LATE_TERMS,
        },
    )
    Clause.objects.bulk_create(
        Clause(
            template=template,
            seq=seq,
            code=clause["key"],
            **{name: value for name, value in clause.items() if name != "key"},
        )
        for seq, clause in enumerate(seed.CLAUSES, start=1)
    )
    template.state, template.published_at = State.PUBLISHED, clock.now()
    template.save(update_fields=["state", "published_at"])
    audit.record(actor, "contracts.load_template", template, after={"version": template.version})
    return template


def _english_of(seed: ModuleType) -> dict[str, Any]:
    """What stands around the clauses in English, where the seed brings it."""
    if not hasattr(seed, "TITLE_EN"):
        return {}
    return {"title_en": seed.TITLE_EN, "preamble_en": seed.PREAMBLE_EN, "values_en": seed.VALUES_EN}


def load_membership_template(*, actor: Actor) -> ContractTemplate:
    """The standard membership contract, from which contracts are drafted unless another one is chosen."""
    return load_template(membership_contract, actor=actor)


def load_supplement_template(*, actor: Actor) -> ContractTemplate:
    """The supplement, which every company needs as soon as a contract is to be changed."""
    return load_template(supplement, actor=actor)


def load_more_templates(*, actor: Actor) -> list[ContractTemplate]:
    """The order form and the advertising contract."""
    return [load_template(seed, actor=actor) for seed in (order_form, advertising_contract)]


def _draft(template_id: int, revision: int) -> ContractTemplate:
    template = ContractTemplate.objects.select_for_update(of=("self",), no_key=True).get(pk=template_id)
    if template.state != State.DRAFT:
        raise Conflict(
            _("%(template)s is %(state)s, so it does not change: draft a new version.")
            % {"template": template, "state": template.get_state_display()},
            code="not_a_draft",
        )
    if template.revision != revision:
        who = template.updated_by.name if template.updated_by else _("the system")
        when = template.updated_at.astimezone(clock.COMPANY_ZONE)
        raise Conflict(
            _("%(who)s changed this template at %(time)s. Load the page again, then make your change.")
            % {"who": who, "time": f"{when:%Y-%m-%d %H:%M}"},
            code="changed_meanwhile",
        )
    return template


def _set(template: ContractTemplate, fields: Mapping[str, Any], errors: dict[str, list[Text]]) -> None:
    for name, value in clean_fields(template, fields, errors).items():
        setattr(template, name, value)
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)


def _sign(template: ContractTemplate, actor: Actor) -> None:
    template.updated_by = actor if isinstance(actor, User) else None
    template.updated_at = clock.now()


def _copy_clauses(source: ContractTemplate, target: ContractTemplate) -> None:
    Clause.objects.bulk_create(
        Clause(template=target, **{name: getattr(one, name) for name in _CLAUSE})
        for one in source.clauses.all()
    )
