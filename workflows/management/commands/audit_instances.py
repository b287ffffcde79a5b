"""Prove that cases and their open rows agree; print each breach and fail if there is one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from workflows.audit import audit


class Command(BaseCommand):
    help = "Compare every open case with its open tasks, failures and jobs; exit non-zero on a difference."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--light", action="store_true", help="one statement over all cases only")

    def handle(self, *args: Any, **options: Any) -> None:
        breaches = audit(deep="none" if options["light"] else "all")
        for breach in breaches:
            self.stdout.write(str(breach))
        if breaches:
            self.stderr.write(f"{len(breaches)} breaches.")
            raise SystemExit(1)
        self.stdout.write("All cases agree with their open rows.")
