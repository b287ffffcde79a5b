"""What every company needs before its first contract: roles, number rules, products' template, processes."""

from django.core.management.base import BaseCommand
from django.db import transaction

from config.company_roles import load_roles


class Command(BaseCommand):
    help = "Load roles, number rules, the contract template and the shipped processes (adds what is missing)."

    @transaction.atomic
    def handle(self, *args: object, **options: object) -> None:
        load_roles()
