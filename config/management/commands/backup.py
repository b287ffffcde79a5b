"""Make a backup of everything while the site runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup import BackupError, make_backup, remove_old


class Command(BaseCommand):
    help = (
        "Write everything the company has (people, business, cases, documents) into one file. "
        "SECRET_KEY is not in it: keep that too, elsewhere."
    )
    # A database in trouble is backed up all the same.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", type=Path, help="a folder, or the name of the file (.backup)")
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help="afterwards remove older backups of this folder but the newest N",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target, keep = options["target"], options["keep"]
        if keep is not None and keep < 1:
            raise CommandError("--keep needs 1 or more.")
        if keep is not None and target.suffix:
            raise CommandError("--keep goes with a folder, not with a file.")
        try:
            archive = make_backup(target)
        except BackupError as error:
            raise CommandError(str(error)) from error
        manifest = archive.manifest
        size = archive.path.stat().st_size / 1e6
        self.stdout.write(f"{archive.path}: {sum(manifest.rows.values())} rows, {size:.1f} MB, checked.")
        for path in remove_old(target, keep) if keep is not None else []:
            self.stdout.write(f"removed {path.name}")
