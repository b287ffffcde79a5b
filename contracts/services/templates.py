"""Contract templates from plain data."""

from __future__ import annotations

from django.db import transaction

from contracts.models import Clause, ContractTemplate
from contracts.seed import membership_contract
from core import audit
from core.actors import Actor


@transaction.atomic
def load_membership_template(*, actor: Actor) -> ContractTemplate:
    """The standard membership contract as the first published template; nothing if there is one already."""
    seed = membership_contract
    found = ContractTemplate.objects.filter(code=seed.CODE).order_by("-version").first()
    if found:
        return found
    template = ContractTemplate.objects.create(
        code=seed.CODE,
        name=seed.NAME["zh-hans"],
        state=ContractTemplate.State.PUBLISHED,
        texts={
            "title": seed.TITLE,
            "preamble": seed.PREAMBLE,
            "values": seed.VALUES,
            # The clause on taking effect is chosen contract by contract.
            "effective_rules": seed.ALTERNATIVES["effective_rule"],
            # So are the clauses on late payment, and what a draft says of it at first.
            "allocation_orders": seed.ALTERNATIVES["allocation_order"],
            "late_terms": seed.LATE_TERMS,
        },
    )
    Clause.objects.bulk_create(
        Clause(
            template=template,
            seq=seq,
            code=clause["key"],
            title=clause["title"],
            kind=clause["kind"],
            paragraphs=clause["paragraphs"],
        )
        for seq, clause in enumerate(seed.CLAUSES, start=1)
    )
    audit.record(actor, "contracts.load_membership_template", template, after={"version": template.version})
    return template
