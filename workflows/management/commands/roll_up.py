"""Count into the figures of processes whatever is not counted yet; by itself that is done once a minute."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import Conflict
from workflows import services


class Command(BaseCommand):
    help = "Count the news of all cases into the figures of their processes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anew", action="store_true", help="forget all figures first and count from the first event on"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["anew"]:
            try:
                services.begin_anew()
            except Conflict as refusal:
                raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Counted the news of {services.sweep_figures()} cases.")
