"""Prove that cases and their open rows agree; print each breach and fail if there is one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.actors import SystemActor
from core.errors import ApplicationError
from workflows import services
from workflows.audit import Breach, audit
from workflows.models import Incident

ACTOR = SystemActor("manage.py audit_instances")


class Command(BaseCommand):
    help = "Compare every open case with its open rows; exit non-zero on a difference that is left."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--light", action="store_true", help="one statement over all cases only")
        parser.add_argument(
            "--mend", action="store_true", help="make rows agree with their case where possible"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        breaches = audit(deep="none" if options["light"] else "all")
        for breach in breaches:
            self.stdout.write(str(breach))
        left = self._mend(breaches) if options["mend"] else len(breaches)
        if left:
            self.stderr.write(f"{left} breaches.")
            raise SystemExit(1)
        self.stdout.write("All cases agree with their open rows.")

    def _mend(self, breaches: list[Breach]) -> int:
        """Mend case by case, and say what was done; how many could not be mended."""
        suspects = sorted({breach.instance_id for breach in breaches})
        left = 0
        for first in range(0, len(suspects), services.BREACHES_AT_ONCE):
            services.note_breaches(suspects[first : first + services.BREACHES_AT_ONCE])
        found = Incident.objects.filter(kind=Incident.Kind.BREACH, status=Incident.Status.OPEN)
        for incident in found.order_by("instance"):
            try:
                services.mend_breach(incident_id=incident.pk, reason="audit_instances --mend", actor=ACTOR)
            except ApplicationError as refusal:
                left += 1
                self.stdout.write(f"case {incident.instance_id}: not mended: {refusal}")
            else:
                cause = incident.message.replace("\n", "; ")
                self.stdout.write(f"case {incident.instance_id}: mended ({cause})")
        return left
