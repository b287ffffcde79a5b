"""Where processes name roles, and what people may do with processes by their roles."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.enumeration import listed
from core.models import Grant, Role, User
from core.roles import RoleInfo, Section, Use, register
from workflows.definitions import definition_of
from workflows.models import MessageGrant, ProcessDefinition, ProcessVersion, WorkItem
from workflows.queues import queues_of

# What a process lets the people of a role do.
_RIGHTS = {
    "start_roles": gettext_lazy("Right to start %(process)s"),
    "draw_roles": gettext_lazy("Right to draw %(process)s"),
    "publish_roles": gettext_lazy("Right to publish %(process)s"),
}


@lru_cache(maxsize=4096)
def roles_of_version(version_id: int) -> frozenset[str]:
    """The roles whose people do its steps. Versions never change."""
    return definition_of(version_id).roles


def uses(codes: Iterable[str]) -> dict[str, list[Use]]:
    """Published versions, rights to a process, messages and open tasks that name a role."""
    wanted = set(codes)
    found: dict[str, list[Use]] = {code: [] for code in wanted}
    versions = ProcessVersion.objects.order_by("definition__key", "-number").values_list(
        "pk", "number", "definition__key", "definition__name_zh", "definition__name_en", "definition"
    )
    seen: set[tuple[str, str]] = set()
    for pk, number, key, zh, en, definition_id in versions:
        for code in roles_of_version(pk) & wanted:
            if (code, key) in seen:
                continue  # the newest version that names it stands for all
            seen.add((code, key))
            name = ProcessDefinition(pk=definition_id, key=key, name_zh=zh, name_en=en).name
            label = _("%(process)s (version %(number)s)") % {"process": name, "number": number}
            found[code].append(Use(label, reverse("workflows:definition-detail", args=[key])))
    for field, text in _RIGHTS.items():
        for definition in ProcessDefinition.objects.filter(**{f"{field}__overlap": list(wanted)}):
            for code in wanted & set(getattr(definition, field)):
                if field != "start_roles" or (code, definition.key) not in seen:
                    found[code].append(Use(text % {"process": definition.name}))
    for name, code in MessageGrant.objects.filter(role__in=wanted).values_list("name", "role"):
        found[code].append(Use(_("Message %(name)s") % {"name": name}))
    for code in (
        WorkItem.objects.open().filter(role__in=wanted).order_by().values_list("role", flat=True).distinct()
    ):
        if not found[code]:
            found[code].append(Use(_("Open tasks")))
    return found


def sections(person: User) -> list[Section]:
    """Processes to start, messages to send, queues to draw from."""
    codes = person.role_codes if person.is_active else frozenset()
    names = {role.code: str(role) for role in Role.objects.filter(code__in=codes)}
    starts = []
    for definition in ProcessDefinition.objects.filter(current_version__isnull=False).order_by("key"):
        if not person.is_active or not definition.may_be_started_by(person):
            continue
        by = [names[code] for code in definition.start_roles if code in names]
        why = "、".join(by) or _("may start any process")
        starts.append((definition.name, why, reverse("workflows:definition-detail", args=[definition.key])))
    changes = []
    for definition in ProcessDefinition.objects.order_by("key"):
        deeds = [
            text
            for text, may in (
                (_("draw"), definition.may_be_drawn_by(person)),
                (_("publish"), definition.may_be_published_by(person)),
            )
            if may
        ]
        if deeds:
            url = reverse("workflows:definition-detail", args=[definition.key])
            changes.append((definition.name, listed(deeds), url))
    messages = [
        (name, names.get(code, code), "")
        for name, code in MessageGrant.objects.filter(role__in=codes)
        .order_by("name")
        .values_list("name", "role")
    ]
    queues = [
        (names.get(queue.role, queue.role), str(Grant.Scope(queue.scope).label), "")
        for queue in (queues_of(person) if person.is_active else [])
    ]
    return [
        Section(gettext_lazy("Processes they may start"), starts, gettext_lazy("None")),
        Section(gettext_lazy("Processes they may change"), changes, gettext_lazy("None")),
        Section(gettext_lazy("Queues they take tasks from"), queues, gettext_lazy("None")),
        Section(gettext_lazy("Messages they may send"), messages, gettext_lazy("None")),
    ]


register(RoleInfo(uses=uses, sections=sections))
