"""Load the demo company once."""

import time

from django.core.management.base import BaseCommand

from config.demo.load import load_demo


class Command(BaseCommand):
    help = "Load the demo company 华东工业品网, unless a company is there already."

    def handle(self, *args: object, **options: object) -> None:
        began = time.monotonic()
        if load_demo():
            self.stdout.write(f"loaded the demo company in {time.monotonic() - began:.1f} s")
        else:
            self.stdout.write("a company is there already: nothing loaded")
