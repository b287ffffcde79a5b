"""Draft contracts and change the drafts. Numbers, states and parties come later, from the process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import BankAccount, Contract, ContractTemplate, OwnCompany
from contracts.services.amendments import Amendment, replace_amendments
from contracts.services.draft_defaults import defaults_of_supplement, usual_defaults
from contracts.services.draft_rows import Instalment, Line, replace_lines, replace_plan
from contracts.services.english import require_english
from contracts.services.late_terms import late_terms_problems
from contracts.services.template_texts import clean_variables
from contracts.services.wording import Change, forget_wording, replace_changes
from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict, Text
from core.models import User
from core.rights import require, require_on
from core.search import tokens
from crm.models import Contact, Customer
from crm.services.cleaning import clean_each
from workflows import services as workflow_services

PROCESS = "contract_lifecycle"

# What a draft may say, besides its lines and instalments.
CONTRACT_FIELDS = (
    "title",
    "kind",
    "parent_id",
    "contact_id",
    "template_id",
    "own_company_id",
    "bank_account_id",
    "tax_rate",
    "copies",
    "paper_language",
    "start_on",
    "end_on",
    "effective_rule",
    "effective_due_on",
    "late_rule",
    "late_daily_rate",
    "lpr_markup",
    "day_base",
    "grace_days",
    "allocation_order",
    "signing_order",
    "sign_place",
    "special_terms",
)


@transaction.atomic
def start_contract(
    *,
    customer_id: int,
    actor: Actor,
    fields: Mapping[str, Any] | None = None,
    lines: Sequence[Line] = (),
    plan: Sequence[Instalment] = (),
    clauses: Sequence[Change] = (),
    changes: Sequence[Amendment] = (),
    owner: User | None = None,
) -> Contract:
    """Draft a contract and start its process: one is never without the other. A supplement names its main contract as
    ``parent_id`` and what it changes as ``changes``."""
    contract = create_contract(
        customer_id=customer_id,
        actor=actor,
        fields=fields,
        lines=lines,
        plan=plan,
        clauses=clauses,
        changes=changes,
        owner=owner,
    )
    workflow_services.start_process(definition_key=PROCESS, subject=contract, data={}, actor=contract.owner)
    return contract


@transaction.atomic
def create_contract(
    *,
    customer_id: int,
    actor: Actor,
    fields: Mapping[str, Any] | None = None,
    lines: Sequence[Line] = (),
    plan: Sequence[Instalment] = (),
    clauses: Sequence[Change] = (),
    changes: Sequence[Amendment] = (),
    owner: User | None = None,
) -> Contract:
    """A draft for a customer the actor looks after; ``start_contract`` also starts the process."""
    require(actor, "contracts.draft_contract")
    customer = Customer.objects.visible_to(actor).select_related("owner").get(pk=customer_id)
    holder = _drafter(actor, owner)
    given = dict(fields or {})
    own_values = given.pop("variables", {})
    clean = _clean(given, customer)
    values = {**(defaults_of_supplement(clean, actor) or usual_defaults()), **clean}
    values.setdefault("title", values["template"].texts["title"])
    contract = Contract(customer=customer, owner=holder, department_path=holder.department_path, **values)
    contract.updated_by = holder
    contract.variables = clean_variables(contract.template, own_values)
    _forget_what_does_not_apply(contract)
    _require_consistent(contract)
    contract.search_tokens = search_tokens(contract)
    contract.save(force_insert=True)
    replace_lines(contract, lines)
    replace_plan(contract, plan)
    if clauses:
        replace_changes(contract, clauses)
    replace_amendments(contract, changes)
    if "paper_language" in clean and not isinstance(actor, SystemActor):
        # Of what a process drafts, and of a supplement that follows its contract, what is missing is named at
        # submission.
        require_english(contract)
    audit.record(actor, "contracts.create_contract", contract, after={"title": contract.title})
    return contract


@transaction.atomic
def update_contract(
    *,
    contract_id: int,
    revision: int,
    actor: Actor,
    fields: Mapping[str, Any] | None = None,
    lines: Sequence[Line] | None = None,
    plan: Sequence[Instalment] | None = None,
    clauses: Sequence[Change] | None = None,
    changes: Sequence[Amendment] | None = None,
) -> Contract:
    """Change a draft as it was read. ``lines``, ``plan``, ``clauses`` and ``changes`` (of a supplement) replace all
    there are; None leaves them."""
    require_on(actor, "contracts.draft_contract", Contract.objects.all(), contract_id)
    contract = Contract.objects.select_for_update(of=("self",), no_key=True).get(pk=contract_id)
    _require_own_draft(contract, actor)
    if contract.revision != revision:
        raise _somebody_was_faster(contract)
    given = dict(fields or {})
    own_values = given.pop("variables", None)
    template, was_bilingual = contract.template_id, contract.is_bilingual
    values = _clean(given, contract.customer)
    _require_same_kind(contract, values)
    before = {name: str(getattr(contract, name)) for name in values}
    for name, value in values.items():
        setattr(contract, name, value)
    _forget_what_does_not_apply(contract)
    _require_consistent(contract)
    if contract.template_id != template:
        forget_wording(contract)
    if own_values is not None:
        contract.variables = clean_variables(contract.template, own_values)
    if clauses is not None:
        replace_changes(contract, clauses)
    if changes is not None:
        replace_amendments(contract, changes)
    if lines is not None:
        replace_lines(contract, lines)
    if plan is not None:
        replace_plan(contract, plan)
    if not was_bilingual:
        # Of one that was chosen before, what is missing is named at submission: its drafter is still writing.
        require_english(contract)
    contract.search_tokens = search_tokens(contract)
    contract.revision += 1
    contract.updated_by = None if isinstance(actor, SystemActor) else actor
    contract.updated_at = clock.now()
    kept = [
        "variables",
        "effective_due_on",
        "late_daily_rate",
        "lpr_markup",
        "search_tokens",
        "revision",
        "updated_by",
        "updated_at",
    ]
    contract.save(update_fields=[*values, *kept])
    after = {name: str(value) for name, value in values.items()}
    audit.record(actor, "contracts.update_contract", contract, before=before, after=after)
    return contract


def search_tokens(contract: Contract) -> list[str]:
    """The pieces under which lists find a contract."""
    return tokens(contract.title, contract.no or "", contract.customer.name, contract.customer.no)


def _drafter(actor: Actor, owner: User | None) -> User:
    """Who drafts owns the contract; only the system drafts for somebody else."""
    if isinstance(actor, SystemActor):
        if owner is None:
            raise ValueError("A contract that the system drafts needs an owner.")
        return owner
    if owner is not None and owner.pk != actor.pk:
        raise ApplicationError(_("A contract belongs to who drafts it."), code="owner_is_drafter")
    return actor


def _require_same_kind(contract: Contract, values: Mapping[str, Any]) -> None:
    """A supplement stays one, of the same contract; nothing else becomes one."""
    supplement_kind = Contract.Kind.SUPPLEMENT
    kind = values.get("kind", contract.kind)
    errors: dict[str, list[Text]] = {}
    if kind != contract.kind and supplement_kind in (kind, contract.kind):
        errors["kind"] = [_("A supplement stays a supplement: discard this draft and begin another one.")]
    if contract.is_supplement and values.get("parent", contract.parent) != contract.parent:
        errors["parent_id"] = [
            _("A supplement stays with its contract: discard this draft and begin another one.")
        ]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)


_REFERENCES: dict[str, Any] = {
    "parent_id": Contract,
    "contact_id": Contact,
    "template_id": ContractTemplate,
    "own_company_id": OwnCompany,
    "bank_account_id": BankAccount,
}


def _clean(fields: Mapping[str, Any], customer: Customer) -> dict[str, Any]:
    """The fields as rows and values, or one refusal naming all that are wrong."""
    references = {name: value for name, value in fields.items() if name in _REFERENCES}
    plain = {name: value for name, value in fields.items() if name not in _REFERENCES}
    clean, errors = clean_each(Contract, plain, CONTRACT_FIELDS)
    for name, value in references.items():
        try:
            clean[name.removesuffix("_id")] = _row(name, value, customer)
        except (ObjectDoesNotExist, ValueError, TypeError):
            errors[name] = [gettext_lazy("This choice does not exist here.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    return clean


def _row(name: str, value: Any, customer: Customer) -> Any:
    if value in (None, ""):
        if Contract._meta.get_field(name.removesuffix("_id")).null:
            return None
        raise ValueError(name)
    rows = _REFERENCES[name]._default_manager
    if name in ("contact_id", "parent_id"):
        return rows.get(pk=value, customer=customer)
    if name == "template_id":
        return rows.get(pk=value, state=ContractTemplate.State.PUBLISHED)
    if name == "bank_account_id":
        return rows.get(pk=value, is_active=True)
    return rows.get(pk=value)


def _require_consistent(contract: Contract) -> None:
    errors: dict[str, list[Text]] = {}
    if contract.start_on and contract.end_on and contract.start_on > contract.end_on:
        errors["end_on"] = [_("The contract ends before it starts.")]
    if contract.bank_account.company_id != contract.own_company_id:
        errors["bank_account_id"] = [_("This account belongs to another company of ours.")]
    if contract.kind == Contract.Kind.RENEWAL and contract.parent is None:
        errors["parent_id"] = [_("A renewal names the contract it follows.")]
    is_for_supplements = contract.template.layout == ContractTemplate.Layout.SUPPLEMENT
    if is_for_supplements != contract.is_supplement:
        errors["template_id"] = [_("Supplements have templates of their own: choose another one.")]
    if not 2 <= contract.copies <= 20 or contract.copies % 2:
        errors["copies"] = [_("Each side gets as many copies: enter 2, 4, 6 … up to 20.")]
    if not 0 <= contract.tax_rate <= 100:
        errors["tax_rate"] = [_("The tax rate is between 0 and 100 %.")]
    errors |= late_terms_problems(contract)
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)


def _forget_what_does_not_apply(contract: Contract) -> None:
    """Only a contract that takes effect on a day names one; only the rate of its own rule stands in it."""
    if contract.effective_rule != Contract.EffectiveRule.ON_DATE:
        contract.effective_due_on = None
    if contract.late_rule != Contract.LateRule.DAILY:
        contract.late_daily_rate = None
    if contract.late_rule != Contract.LateRule.LPR_PLUS:
        contract.lpr_markup = None


def _require_own_draft(contract: Contract, actor: Actor) -> None:
    if not contract.is_draft:
        raise Conflict(
            _("Contract %(contract)s is %(state)s, so it cannot be changed; ask a reviewer to return it.")
            % {"contract": contract, "state": contract.get_state_display()},
            code="not_a_draft",
        )
    if not isinstance(actor, SystemActor) and contract.owner_id != actor.pk:
        raise ApplicationError(
            _("Only %(owner)s changes this draft.") % {"owner": contract.owner.name}, code="not_the_owner"
        )


def _somebody_was_faster(contract: Contract) -> Conflict:
    who = contract.updated_by.name if contract.updated_by else _("the system")
    when = contract.updated_at.astimezone(clock.COMPANY_ZONE)
    return Conflict(
        _("%(who)s changed this contract at %(time)s. Load the page again, then make your change.")
        % {"who": who, "time": f"{when:%Y-%m-%d %H:%M}"},
        code="changed_meanwhile",
    )
