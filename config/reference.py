"""What every company needs before its first contract: roles, number rules, contract template, processes."""

from collections.abc import Collection

from django.db import transaction

from config.company_roles import load_roles
from config.process_roles import give_process_roles
from contracts.services import load_lpr_rates, load_membership_template, load_supplement_template
from core.actors import SystemActor
from core.set_up import loads_reference
from crm.services import load_vocabulary
from service.seed_onboarding import load_onboarding_templates
from workflows.models import ProcessVersion
from workflows.services import publish_shipped

# Who may start a shipped process from its first day on; an administrator changes it later.
STARTERS = {
    "contract_lifecycle": ["director", "manager", "rep"],
    "contract_performance": ["director", "manager", "rep"],
    "collection": ["director", "finance", "manager", "rep"],
    "customer_status": ["director", "manager", "rep"],
    "onboarding": ["aftersales", "assistant"],
    "complaint": ["aftersales", "assistant", "director", "manager", "rep"],
    "service_end": ["assistant", "director"],
    "membership_extension": ["assistant", "director"],
    "renewal": ["aftersales", "director", "manager", "rep"],
}


@loads_reference
@transaction.atomic
def load_all(*, processes: Collection[str] | None = None) -> None:
    """Add what is missing and change nothing else; called on each start and when a company sets itself up.

    ``processes`` names the keys of the shipped processes to publish, where not all are wanted.
    """
    load_roles()
    load_vocabulary()
    load_membership_template(actor=SystemActor("load_reference"))
    load_supplement_template(actor=SystemActor("load_reference"))
    load_lpr_rates()
    load_onboarding_templates()
    for version in publish_shipped(only=processes):
        _let_start(version)
    give_process_roles()


def _let_start(version: ProcessVersion) -> None:
    definition = version.definition
    if version.number == 1 and definition.key in STARTERS:
        definition.start_roles = STARTERS[definition.key]
        definition.save(update_fields=["start_roles"])
