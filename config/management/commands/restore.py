"""Bring a backup back, or only look whether it could be."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup import Archive, BackupError, Outcome, restore, verify
from config.backup.restoring import database_name, is_empty


class Command(BaseCommand):
    help = "Put a backup into the site's database, in one transaction, and check what came of it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--verify", action="store_true", help="only read the file; change nothing")
        parser.add_argument(
            "--replace", action="store_true", help="throw away what is in the database; asks for its name"
        )
        parser.add_argument(
            "--confirm", metavar="NAME", default="", help="the database's name, where nobody can be asked"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["verify"]:
                self._describe(verify(options["file"]))
                return
            if options["replace"] and not is_empty():
                self._require_confirmation(options["confirm"])
            outcome = restore(options["file"], replace=options["replace"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self._report(outcome)

    def _describe(self, archive: Archive) -> None:
        manifest = archive.manifest
        self.stdout.write(f"{archive.path} is whole and can be restored.")
        self.stdout.write(f"  made      {manifest.made_at}, program {manifest.version}")
        self.stdout.write(f"  database  PostgreSQL {manifest.server}, dumped with {manifest.dumped_with}")
        self.stdout.write(f"  rows      {sum(manifest.rows.values())} in {len(manifest.rows)} tables")
        for table in ("core_user", "crm_customer", "contracts_contract", "workflows_processinstance"):
            self.stdout.write(f"    {table:<28} {manifest.rows.get(table, 0)}")

    def _require_confirmation(self, said: str) -> None:
        name = database_name()
        if not said and sys.stdin.isatty():
            said = input(
                f"All that is in the database “{name}” will be gone. Type its name to go on: "
            ).strip()
        if said != name:
            raise CommandError(
                f"Nothing was changed. To replace what is there, confirm with the name of the database: --confirm {name}"
            )

    def _report(self, outcome: Outcome) -> None:
        for table, (expected, found) in outcome.differences.items():
            self.stderr.write(f"{table}: {expected} rows in the backup, {found} in the database")
        for breach in outcome.breaches:
            self.stderr.write(breach)
        if not outcome.is_good:
            raise CommandError("The backup is restored, but not all of it agrees: see above.")
        self.stdout.write(f"{outcome.rows} rows are restored, as many of each table as were saved.")
        if outcome.pending:
            self.stdout.write(
                f"It is of an older version ({len(outcome.pending)} migrations are to be applied). Now run:"
            )
            self.stdout.write("  manage.py migrate && manage.py load_reference && manage.py audit_instances")
        else:
            self.stdout.write("All cases agree with their open rows.")
        if not outcome.is_same_key:
            self.stdout.write(
                "SECRET_KEY is another one than when the backup was made: put the former one into "
                "SECRET_KEY_FALLBACKS, else the secrets of webhooks and of services outside cannot be read."
            )
