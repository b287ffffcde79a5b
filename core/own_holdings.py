"""What people hold in the ground: the people they lead, views that others use, reports, keys and absences."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, clock
from core.actors import Actor
from core.holdings import Holding, Outcome, Part, not_held, register
from core.models import ReportSchedule, Role, SavedView, Substitution, User
from core.services.access import sessions_and_tokens_ended

MOST_NAMED = 5


def _part(label: str, count: int, examples: Sequence[str] = ()) -> list[Part]:
    return [Part("", label, count, examples)] if count else []


# The people they lead -----------------------------------------------------------------------------


def _led(person: User) -> list[Part]:
    led = list(person.reports.filter(is_active=True).order_by("name_sort", "pk"))
    return _part(_("People they lead"), len(led), [one.name for one in led[:MOST_NAMED]])


def _lead_by(person: User, to: User | None, part: str, actor: Actor) -> Outcome:
    """Whoever takes them cannot lead themselves: they go to the leaver's own manager."""
    taken, notes = 0, []
    above = {one.pk for one in to.chain_of_command()} if to else set()
    for one in person.reports.filter(is_active=True).select_for_update(of=("self",), no_key=True):
        leader = to
        if to is not None and (one.pk == to.pk or one.pk in above):
            leader = person.manager if person.manager_id != one.pk else None
            notes.append(
                _("%(name)s is now led by %(leader)s.")
                % {"name": one.name, "leader": leader.name if leader else "—"}
            )
        else:
            taken += 1
        one.manager = leader
        one.revision += 1
        one.save(update_fields=["manager", "revision"])
        audit.record(
            actor,
            "core.set_manager",
            one,
            before={"manager": person.username},
            after={"manager": leader.username if leader else None},
        )
    return Outcome(taken, notes)


register(
    Holding(
        "core.people_led",
        gettext_lazy("People they lead"),
        _led,
        _lead_by,
        icon="users-round",
        order=10,
        fields=("core.User.manager",),
    )
)


# Roles that nobody else has -----------------------------------------------------------------------


def _sole_roles(person: User) -> list[Role]:
    others = User.objects.filter(is_active=True).exclude(pk=person.pk)
    return list(person.roles.exclude(pk__in=Role.objects.filter(users__in=others).values("pk")))


def _roles(person: User) -> list[Part]:
    alone = _sole_roles(person)
    return _part(_("Roles nobody else has"), len(alone), [str(one) for one in alone])


def _roles_to(person: User, to: User | None, part: str, actor: Actor) -> Outcome:
    alone = _sole_roles(person)
    if to is not None and alone:
        before = sorted(to.role_codes)
        to.roles.add(*alone)
        audit.record(
            actor,
            "core.take_over_roles",
            to,
            before={"roles": before},
            after={"roles": sorted({*before, *(one.code for one in alone)})},
        )
    return Outcome(len(alone))


register(
    Holding(
        "core.sole_roles",
        gettext_lazy("Roles nobody else has"),
        _roles,
        _roles_to,
        text=gettext_lazy("Without somebody in the role its tasks would go to the administrators."),
        icon="user-cog",
        order=12,
    )
)


# Views that others use, reports that others get ---------------------------------------------------


def _views(person: User) -> list[Part]:
    rows = list(person.saved_views.filter(is_shared=True))
    return _part(_("Shared views of lists"), len(rows), [one.name for one in rows[:MOST_NAMED]])


def _views_to(person: User, to: User | None, part: str, actor: Actor) -> Outcome:
    rows = list(person.saved_views.filter(is_shared=True).select_for_update())
    for row in rows:
        row.owner = to or row.owner
        row.name = _free_name(row)
        row.save(update_fields=["owner", "name"])
    return Outcome(len(rows))


def _free_name(row: SavedView) -> str:
    """Nobody has two views of one name on one list."""
    taken = set(
        SavedView.objects.filter(owner=row.owner, list_name=row.list_name)
        .exclude(pk=row.pk)
        .values_list("name", flat=True)
    )
    name, number = row.name, 2
    while name in taken:
        name = f"{row.name[:54]} ({number})"
        number += 1
    return name


register(
    Holding(
        "core.shared_views",
        gettext_lazy("Shared views of lists"),
        _views,
        _views_to,
        icon="bookmark",
        order=40,
        fields=("core.SavedView.owner",),
    )
)


def _reports(person: User) -> list[Part]:
    rows = list(person.report_schedules.filter(is_active=True))
    return _part(_("Scheduled reports"), len(rows), [str(one) for one in rows[:MOST_NAMED]])


def _reports_to(person: User, to: User | None, part: str, actor: Actor) -> Outcome:
    rows = list(person.report_schedules.filter(is_active=True).select_for_update())
    for row in rows:
        row.created_by = to or row.created_by
        row.save(update_fields=["created_by"])
    for row in ReportSchedule.objects.filter(recipients=person):
        row.recipients.remove(person)
        if to is not None and not row.recipients.exists():
            row.recipients.add(to)
    return Outcome(len(rows))


register(
    Holding(
        "core.report_schedules",
        gettext_lazy("Scheduled reports"),
        _reports,
        _reports_to,
        text=gettext_lazy("Whoever takes them gets what they may see themselves."),
        icon="trending-up",
        order=42,
        fields=("core.ReportSchedule.created_by", "core.ReportSchedule.recipients"),
    )
)


# What ends with the person ------------------------------------------------------------------------


def _absences(person: User) -> list[Part]:
    today = clock.today()
    open_ones = Substitution.objects.filter(ended_at=None, ends_on__gte=today)
    mine = open_ones.filter(person=person) | open_ones.filter(substitute=person)
    rows = list(mine.select_related("person", "substitute"))
    return _part(_("Substitutions"), len(rows), [str(one) for one in rows[:MOST_NAMED]])


def _end_absences(person: User, to: User | None, part: str, actor: Actor) -> Outcome:
    from core.services.substitutions import end_of_leaver

    return Outcome(end_of_leaver(person, actor))


register(
    Holding(
        "core.substitutions",
        gettext_lazy("Substitutions"),
        _absences,
        _end_absences,
        text=gettext_lazy("They end: somebody who has left neither is away nor stands in."),
        icon="user-plus",
        needs_taker=False,
        order=60,
        fields=("core.Substitution.person", "core.Substitution.substitute"),
    )
)


def _keys(person: User) -> list[Part]:
    rows = list(person.api_tokens.all())
    return _part(_("Keys of programs"), len(rows), [str(one) for one in rows[:MOST_NAMED]])


def _revoke_keys(person: User, to: User | None, part: str, actor: Actor) -> Outcome:
    _sessions, tokens = sessions_and_tokens_ended(person)
    return Outcome(tokens)


register(
    Holding(
        "core.keys",
        gettext_lazy("Keys of programs"),
        _keys,
        _revoke_keys,
        text=gettext_lazy("They are revoked, and the person is signed out everywhere."),
        icon="lock",
        needs_taker=False,
        order=90,
        fields=("core.ApiToken.user",),
    )
)

not_held(
    "Says who did something.",
    "core.AuditEntry.actor",
    "core.Document.created_by",
    "core.Comment.author",
    "core.Comment.removed_by",
    "core.Comment.mentions",
    "core.Attachment.added_by",
    "core.Attachment.removed_by",
    "core.FieldChange.actor",
    "core.ImportRun.created_by",
    "core.Setting.changed_by",
    "core.Substitution.created_by",
    "core.WebhookEndpoint.created_by",
)
not_held(
    "Belongs to the person alone, and waits in case they come back.",
    "core.Follow.person",
    "core.RecordView.person",
    "core.ImportMapping.person",
    "core.ListLayout.person",
    "core.FormDraft.person",
    "core.Notification.person",
    "core.NotificationPreference.person",
    "core.HomeLayout.person",
    "core.IdempotencyKey.user",
    "core.BackgroundJob.created_by",
    "account.EmailAddress.user",
    "mfa.Authenticator.user",
)
