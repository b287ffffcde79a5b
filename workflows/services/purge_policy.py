"""Which cases may be purged: by their age, as company and process have it, and by what holds them back."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import audit, clock, configuration
from core.actors import Actor
from core.errors import ApplicationError
from core.rights import require
from workflows.models import ProcessDefinition
from workflows.models.retention import PURGE
from workflows.settings_kinds import LONGEST_MONTHS, PURGE_AFTER_MONTHS

# What holds a case ``i`` back, the first that is true; none of it may change while a batch is under way.
HELD = """EXISTS (SELECT FROM workflows_legalhold h WHERE h.lifted_at IS NULL
            AND (h.instance_id = i.id OR h.definition_id = i.definition_id
                 OR (h.subject_id <> '' AND h.subject_type = i.subject_type AND h.subject_id = i.subject_id)))"""
TROUBLED = "EXISTS (SELECT FROM workflows_incident x WHERE x.instance_id = i.id AND x.status = 'open')"
AWAITED = """(EXISTS (SELECT FROM workflows_delivery d JOIN workflows_subscription s ON s.id = d.subscription_id
                       WHERE s.instance_id = i.id AND d.status = 'open')
           OR EXISTS (SELECT FROM workflows_delivery d WHERE d.instance_id = i.id AND d.status = 'open')
           OR EXISTS (SELECT FROM workflows_job j WHERE j.instance_id = i.id AND j.leased_until > %(now)s))"""
# It went to one case of each process and is kept for others: without its delivery another case would hear it again.
HEARD = """(EXISTS (SELECT FROM workflows_delivery d JOIN workflows_subscription s ON s.id = d.subscription_id
                       JOIN workflows_message m ON m.id = d.message_id
                      WHERE s.instance_id = i.id AND d.is_single AND d.status <> 'void' AND m.expires_at > %(now)s)
         OR EXISTS (SELECT FROM workflows_delivery d JOIN workflows_message m ON m.id = d.message_id
                     WHERE d.instance_id = i.id AND d.is_single AND d.status <> 'void' AND m.expires_at > %(now)s))"""
UNCOUNTED = (
    """i.last_event > coalesce((SELECT t.seq FROM workflows_casetally t WHERE t.instance_id = i.id), 0)"""
)
REASON = f"""CASE WHEN i.ended_at IS NULL THEN 'open' WHEN {HELD} THEN 'held' WHEN {TROUBLED} THEN 'trouble'
      WHEN {AWAITED} THEN 'awaited' WHEN {HEARD} THEN 'heard' WHEN {UNCOUNTED} THEN 'uncounted' ELSE '' END"""
_REASONS = f"SELECT i.id, {REASON} FROM workflows_processinstance i WHERE i.id = ANY(%(ids)s)"  # noqa: S608

# A preview looks at as many cases of a process, and says "more" behind them.
LOOKED_AT = 20_000
_PREVIEW = f"""
SELECT why, count(*), min(ended_at) FROM (
    SELECT {REASON} AS why, i.ended_at FROM (
        SELECT id, definition_id, subject_type, subject_id, ended_at, last_event FROM workflows_processinstance
         WHERE definition_id = %(definition)s AND ended_at < %(before)s ORDER BY ended_at, id LIMIT %(most)s
    ) i
) looked GROUP BY why
"""  # noqa: S608 - only statements of our own


def why_not(reason: str) -> str:
    """What holds a case back, in words; "" where nothing does."""
    return {
        "": "",
        "open": _("It is still running."),
        "held": _("It is under a legal hold."),
        "trouble": _("A failure of it is not dealt with."),
        "awaited": _("Something is still on its way to it."),
        "heard": _("A message that it has heard is still kept for others; no second case may hear it."),
        "uncounted": _("Its figures are not counted yet; that takes some minutes."),
        "busy": _("Somebody is working on it at this moment."),
    }[reason]


def reasons(ids: Sequence[int]) -> dict[int, str]:
    """What holds each of some cases back, as ``why_not`` knows it; cases that are not there are missing."""
    with connection.cursor() as cursor:
        cursor.execute(_REASONS, {"ids": list(ids), "now": clock.now()})
        return dict(cursor.fetchall())


def reason_in_short(reason: str) -> str:
    """The same of several cases, behind their number."""
    return {
        "open": _("still running"),
        "held": _("under a legal hold"),
        "trouble": _("with an open failure"),
        "awaited": _("with something on its way to them"),
        "heard": _("heard a message that is still kept for others"),
        "uncounted": _("not yet in the figures (a matter of minutes)"),
        "logged": _("waited for a message that is still listed"),
        "busy": _("being worked on at this moment"),
    }[reason]


@dataclass(frozen=True)
class Rule:
    """Cases of a process that ended before a moment are to be purged."""

    definition: ProcessDefinition
    months: int
    before: datetime


def rules() -> list[Rule]:
    """What is to be purged now, by process; processes that keep their cases for good are not among them."""
    company, now = configuration.value(PURGE_AFTER_MONTHS), clock.now()
    found = []
    for definition in ProcessDefinition.objects.order_by("pk"):
        months = company if definition.keep_months is None else definition.keep_months
        if months:
            found.append(Rule(definition, months, months_before(now, months)))
    return found


def months_before(moment: datetime, months: int) -> datetime:
    """The same time of the same day so many months ago, by the company's calendar; the last day where it is missing."""
    local = localtime(moment)
    year, month = divmod(local.year * 12 + local.month - 1 - months, 12)
    return local.replace(year=year, month=month + 1, day=min(local.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Preview:
    """What a rule would do now. ``held_back``: the code of a reason and how many, for each reason."""

    rule: Rule
    count: int
    oldest: datetime | None
    held_back: Sequence[tuple[str, int]]
    is_more: bool


def preview() -> list[Preview]:
    """What would be purged now, and what not and why, by process."""
    return [_preview(rule) for rule in rules()]


def _preview(rule: Rule) -> Preview:
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "definition": rule.definition.pk,
            "before": rule.before,
            "most": LOOKED_AT,
            "now": clock.now(),
        }
        cursor.execute(_PREVIEW, values)
        rows = {why: (count, oldest) for why, count, oldest in cursor.fetchall()}
    count, oldest = rows.pop("", (0, None))
    held_back = [(why, number) for why, (number, _oldest) in sorted(rows.items())]
    seen = count + sum(number for _why, number in held_back)
    return Preview(rule, count, oldest, held_back, seen >= LOOKED_AT)


@transaction.atomic
def keep_cases_for(*, definition_key: str, months: int | None, actor: Actor) -> ProcessDefinition:
    """So long a process keeps its ended cases: None as the company has it, 0 for good."""
    require(actor, PURGE)
    if months is not None and not 0 <= months <= LONGEST_MONTHS:
        raise ApplicationError(
            _("Between 0 and %(most)s months, please.") % {"most": LONGEST_MONTHS},
            code="invalid",
            errors={"months": [_("Between 0 and %(most)s months, please.") % {"most": LONGEST_MONTHS}]},
        )
    rows = ProcessDefinition.objects.visible_to(actor).select_for_update(no_key=True, of=("self",))
    definition: ProcessDefinition = rows.get(key=definition_key)
    before: dict[str, Any] = {"keep_months": definition.keep_months}
    if months != definition.keep_months:
        definition.keep_months = months
        definition.save(update_fields=["keep_months"])
        audit.record(
            actor, "workflows.keep_cases_for", definition, before=before, after={"keep_months": months}
        )
    return definition
