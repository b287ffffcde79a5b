"""Throw the demo data away and load it anew."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Empty the database and load the demo company again. Only in demo mode."

    def handle(self, *args: object, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This is no demo: demo_reset empties the whole database, so it does nothing here."
            )
        call_command("flush", interactive=False, verbosity=0)
        call_command("load_demo", stdout=self.stdout)
