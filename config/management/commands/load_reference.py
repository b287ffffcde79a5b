"""What every company needs before its first contract: roles, number rules, contract template, processes."""

from django.core.management.base import BaseCommand
from django.db import transaction

from config.company_roles import load_roles
from contracts.services import load_membership_template
from core.actors import SystemActor
from workflows.services import publish_shipped

# Who may start a shipped process from its first day on; an administrator changes it later.
STARTERS = {"contract_lifecycle": ["director", "manager", "rep"]}


class Command(BaseCommand):
    help = "Load roles, number rules, the contract template and the shipped processes (adds what is missing)."

    @transaction.atomic
    def handle(self, *args: object, **options: object) -> None:
        load_roles()
        load_membership_template(actor=SystemActor("load_reference"))
        for version in publish_shipped():
            definition = version.definition
            if version.number == 1 and definition.key in STARTERS:
                definition.start_roles = STARTERS[definition.key]
                definition.save(update_fields=["start_roles"])
