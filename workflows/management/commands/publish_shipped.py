"""Publish the diagrams that come with the program, where they are new or changed."""

from typing import Any

from django.core.management.base import BaseCommand

from workflows.services import publish_shipped


class Command(BaseCommand):
    help = "Publish the shipped diagrams that are new or have changed."

    def handle(self, *args: Any, **options: Any) -> None:
        published = publish_shipped()
        for version in published:
            self.stdout.write(f"Published {version}.")
        if not published:
            self.stdout.write("Every shipped process is published already.")
