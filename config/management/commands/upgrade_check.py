"""What a new version needs before it starts: asked with the new program on the old database. Changes nothing."""

from typing import Any

import redis
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration

from config.backup.making import program_version
from core import presence

STEPS = """\
In this order:
  1. manage.py backup /var/backups/xiaoliu       a backup of now
  2. stop beat, then the workers, then web       workers finish what they hold within a minute
  3. manage.py migrate
  4. manage.py load_reference                    roles, templates and processes that are new
  5. manage.py collectstatic --noinput           (in a container this has been done)
  6. manage.py check --deploy --database default
  7. start web, then the workers, then beat
  8. manage.py audit_instances                   and look at /health/ready"""


class Command(BaseCommand):
    help = (
        "Say what must be run, and in which order, to bring the database up to this version of the program."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--require-current",
            action="store_true",
            help="fail if anything has to be migrated (for start scripts)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        self._refuse_an_older_program(executor)
        plan = [one for one, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes())]
        if not plan:
            self.stdout.write(
                f"The database fits this program ({program_version()}). Nothing has to be migrated."
            )
            return
        self.stdout.write(f"This program is {program_version()}; {len(plan)} migrations are to be applied:")
        for migration in plan:
            mark = "" if is_reversible(migration) else "   (no way back but the backup)"
            self.stdout.write(f"  {migration.app_label}.{migration.name}{mark}")
        for line in self._running():
            self.stdout.write(line)
        self.stdout.write(STEPS)
        if all(is_reversible(one) for one in plan):
            self.stdout.write("Going back: stop everything, then, still with this program:")
            for app, target in before(executor, plan).items():
                self.stdout.write(f"  manage.py migrate {app} {target}")
            self.stdout.write(
                "and start the former program. Or restore the backup with it: what came since is lost."
            )
        else:
            self.stdout.write(
                "Going back: stop everything, and restore the backup with the former program "
                "(manage.py restore FILE --replace). What came since is lost."
            )
        if options["require_current"]:
            raise CommandError("The database is behind this program.")

    def _refuse_an_older_program(self, executor: MigrationExecutor) -> None:
        known = executor.loader.disk_migrations
        ours = {app for app, _name in known}
        strange = sorted(
            f"{app}.{name}"
            for app, name in executor.loader.applied_migrations
            if app in ours and (app, name) not in known and not self._was_replaced(executor, app, name)
        )
        if strange:
            raise CommandError(
                f"The database is newer than this program: {', '.join(strange[:5])}. Start the newer program, or "
                "restore the backup from before the upgrade."
            )

    @staticmethod
    def _was_replaced(executor: MigrationExecutor, app: str, name: str) -> bool:
        return any((app, name) in one.replaces for one in executor.loader.disk_migrations.values())

    @staticmethod
    def _running() -> list[str]:
        try:
            ages = presence.seconds_since(presence.expected())
        except redis.RedisError:
            return ["Redis does not answer: whether workers are running is not known."]
        alive = [name for name, age in ages.items() if age is not None and age <= presence.PATIENCE]
        return [f"Running now: {', '.join(alive)}."] if alive else []


def is_reversible(migration: Migration) -> bool:
    return all(operation.reversible for operation in migration.operations)


def before(executor: MigrationExecutor, plan: list[Migration]) -> dict[str, str]:
    """For each app the migration that stands now, or zero."""
    found = {}
    for app in reversed(dict.fromkeys(one.app_label for one in plan)):
        applied = sorted(name for its_app, name in executor.loader.applied_migrations if its_app == app)
        found[app] = applied[-1] if applied else "zero"
    return found
