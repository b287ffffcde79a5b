"""Give each contract in effect its case, where it took effect before there was a process for it."""

from typing import Any

from django.core.management.base import BaseCommand

from contracts.services.performance import begin_all


class Command(BaseCommand):
    help = "Begin the process of performance and end for contracts in effect that have no case of it."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{begin_all()} cases begun.")
