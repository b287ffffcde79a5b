"""What every company needs before its first contract: roles, number rules, contract template, processes."""

from django.core.management.base import BaseCommand

from config.reference import load_all


class Command(BaseCommand):
    help = "Load roles, number rules, the contract template and the shipped processes (adds what is missing)."

    def handle(self, *args: object, **options: object) -> None:
        load_all()
