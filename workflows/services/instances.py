"""Start a case, stop it, hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from core.models import User
from core.rights import scope_q
from core.subjects import reference
from workflows import registry
from workflows.definitions import definition_of
from workflows.models import (
    HistoryEvent,
    Incident,
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
    Timer,
)
from workflows.selectors import case_for
from workflows.services import answers, locking
from workflows.services.jobs import offer_resumed
from workflows.services.opening import refresh_subject
from workflows.services.posting import offer_again
from workflows.services.rows import close_everything, write_step
from workflows.services.step import Step, step_of_instance

Kind, Status = HistoryEvent.Kind, ProcessInstance.Status
ONE_CASE = "one_open_case_per_subject_and_process"


def start_process(
    *,
    definition_key: str,
    actor: Actor,
    subject: models.Model | None = None,
    data: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> ProcessInstance:
    """Start a case of a process about a business row, on its current version or the one asked for.

    It runs inside the caller's transaction if there is one, so that a submitted contract and its case
    exist together or not at all.
    """
    definition = _startable(definition_key, actor)
    return begin_case(
        definition, _published(definition, version), subject=subject, data=data or {}, actor=actor
    )


def begin_case(
    definition: ProcessDefinition,
    version: ProcessVersion,
    *,
    subject: models.Model | None,
    data: Mapping[str, Any],
    actor: Actor,
    start: str | None = None,
) -> ProcessInstance:
    """Start a case at its plain start, or at the start event that was triggered. The right was asked for."""
    _require_start(definition, version, start)
    subject_type, subject_id = _checked_subject(definition, subject, actor)
    with (
        locking.busy_is_a_conflict(),
        _one_case_only(definition, subject_type, subject_id),
        transaction.atomic(),
    ):
        locking.set_patience()
        instance = ProcessInstance.objects.create(
            definition=definition,
            version=version,
            subject_type=subject_type,
            subject_id=subject_id,
            # Until its first step is written, the start itself is what it waits for.
            open_rows=1,
            starter_id=actor.pk,
            starter_label=actor.display_name,
            started_at=clock.now(),
        )
        step = Step(instance, actor=actor, now=instance.started_at)
        if start is not None:
            step.host.hold_refusals()
        refresh_subject(step)
        started = step.history.deed(Kind.STARTED, element=start or step.definition.start)
        with answers.refusals_of_the_engine():
            case = step.begin(data, by=answers.user_name(actor), start=start)
        step.history.follow(case.events, done=started)
        write_step(step)
    return instance


def cancel_instance(
    *, instance_id: int, reason: str, actor: Actor, on_behalf_of: User | None = None
) -> ProcessInstance:
    """End a case before its end. Its open work is withdrawn, its business row says so.

    A domain service that may end a case by its own rules does so as the system, on behalf of its person.
    """
    with step_of_instance(instance_id, actor=actor) as step:
        instance = step.instance
        require_right(step, "workflows.cancel_instance")
        _require_reason(reason)
        step.require_open()
        close_everything(step)
        instance.status, instance.ended_at, instance.open_rows = Status.CANCELLED, step.now, 0
        cancelled = step.history.deed(Kind.CANCELLED, comment=reason)
        cancelled.on_behalf_of = on_behalf_of
        if instance.subject_id and step.host.subject_row is not None:
            who = on_behalf_of or actor
            step.host.subject_type.on_cancel(
                step.host.subject_row, instance.definition.key, actor=who, reason=reason
            )
    return instance


def suspend_instance(*, instance_id: int, reason: str, actor: Actor) -> ProcessInstance:
    """Hold a case: nobody can go on with it until it is resumed."""
    with step_of_instance(instance_id, actor=actor) as step:
        require_right(step, "workflows.cancel_instance")
        _require_reason(reason)
        step.require_running()
        step.instance.status = Status.SUSPENDED
        step.history.deed(Kind.SUSPENDED, comment=reason)
    return step.instance


def resume_instance(*, instance_id: int, reason: str = "", actor: Actor) -> ProcessInstance:
    """Let a suspended case go on where it stood."""
    with step_of_instance(instance_id, actor=actor) as step:
        instance = step.instance
        require_right(step, "workflows.cancel_instance")
        if instance.status != Status.SUSPENDED:
            raise Conflict(
                _("This case is not suspended (%(status)s).") % {"status": instance.get_status_display()},
                code="not_suspended",
            )
        is_held = Incident.objects.filter(
            instance=instance.pk, status=Incident.Status.OPEN, kind=Incident.Kind.FAILURE
        ).exists()
        instance.status = Status.WAITING_INCIDENT if is_held else Status.ACTIVE
        step.history.deed(Kind.RESUMED, comment=reason)
        offer_again(instance.pk, now=step.now)
        Timer.objects.filter(instance=instance.pk, status=Timer.Status.OPEN, due_at__isnull=False).update(
            # What became due meanwhile is looked at at once.
            try_at=F("due_at")
        )
        offer_resumed(step)
    return instance


# Conditions -------------------------------------------------------------------------------------


def _startable(key: str, actor: Actor) -> ProcessDefinition:
    definition = ProcessDefinition.objects.visible_to(actor).select_related("current_version").get(key=key)
    if not definition.may_be_started_by(actor):
        raise PermissionDenied(_("You may not start this process."))
    return definition


def _published(definition: ProcessDefinition, number: int | None) -> ProcessVersion:
    if number is not None:
        return definition.versions.get(number=number)
    if definition.current_version is None:
        raise ApplicationError(
            _("“%(name)s” has not been published yet, so no case of it can start.")
            % {"name": definition.name},
            code="not_published",
        )
    return definition.current_version


def _require_start(definition: ProcessDefinition, version: ProcessVersion, start: str | None) -> None:
    """A process that only starts by itself is started by nobody."""
    if start is None and definition_of(version.pk).plain_start is None:
        raise ApplicationError(
            _("Cases of “%(name)s” start by themselves; nobody starts them by hand.")
            % {"name": definition.name},
            code="starts_by_itself",
        )


def _checked_subject(
    definition: ProcessDefinition, subject: models.Model | None, actor: Actor
) -> tuple[str, str]:
    """(type, id) of the business row: of the right kind, and one that the actor sees."""
    kind, pk = reference(subject)
    if definition.subject_type and kind != definition.subject_type:
        raise ApplicationError(
            _("A case of “%(name)s” is about one %(kind)s: name it.")
            % {"name": definition.name, "kind": _kind_label(definition.subject_type)},
            code="subject_needed",
            errors={"subject": [_("Wrong or missing.")]},
        )
    if subject is None:
        return "", ""
    known = registry.subject_types().get(kind)
    if known is None:
        raise ApplicationError(_("Cases cannot be about this kind of row."), code="subject_unknown")
    if not isinstance(actor, SystemActor) and known.is_hidden_from(actor, pk):
        raise type(subject).DoesNotExist(f"{kind} {pk} does not exist.")  # type: ignore[attr-defined]
    known.require_startable(subject, definition.key)
    return kind, pk


def _kind_label(code: str) -> str:
    known = registry.subject_types().get(code)
    return known.title_of_kind if known is not None else code


@contextmanager
def _one_case_only(definition: ProcessDefinition, subject_type: str, subject_id: str) -> Iterator[None]:
    """Answer the database's "one open case per subject and process" with who was faster."""
    running = ProcessInstance.objects.without_state().filter(
        subject_type=subject_type,
        subject_id=subject_id,
        definition=definition,
        status__in=ProcessInstance.OPEN,
    )
    found = running.select_related("starter").first() if subject_id else None
    if found is not None:
        raise Conflict(
            _("%(name)s already started this on %(when)s; it is still running.")
            % {
                "name": found.starter.name if found.starter else found.starter_label,
                "when": date_format(localtime(found.started_at), "DATETIME_FORMAT"),
            },
            code="already_running",
        )
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if diagnosis is not None and diagnosis.constraint_name == ONE_CASE:
            raise Conflict(_("Somebody has just started this."), code="already_running") from error
        raise


def require_right(step: Step, permission: str) -> None:
    """404 to strangers, 403 to people who may look at the case but not do this."""
    if isinstance(step.actor, SystemActor):
        return
    cases = ProcessInstance.objects.filter(pk=step.instance.pk)
    if cases.filter(scope_q(step.actor, permission, owner="starter")).exists():
        return
    case_for(step.actor, step.instance.pk)
    raise PermissionDenied(permission)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        text = _("Say why.")
        raise ApplicationError(text, code="reason_needed", errors={"reason": [text]})
