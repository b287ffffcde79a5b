"""Compile the catalogues with Babel, so that a machine without gettext can run the site."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile locale/*/LC_MESSAGES/django.po into .mo files."
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        for folder in settings.LOCALE_PATHS:
            for source in Path(folder).glob("*/LC_MESSAGES/*.po"):
                with source.open("rb") as stream:
                    catalogue = read_po(stream)
                with source.with_suffix(".mo").open("wb") as stream:
                    write_mo(stream, catalogue)
                self.stdout.write(f"{source.parent.parent.name}: {len(catalogue)} texts")
