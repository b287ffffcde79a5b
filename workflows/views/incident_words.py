"""What disagrees in a case, and what will be done about it, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from workflows.definitions import definition_of
from workflows.engine import Case
from workflows.models import Incident, ProcessInstance
from workflows.services.auditing import Breach, examine
from workflows.services.host import NoHost
from workflows.views.words import Labels, listed


def row_words() -> dict[str, str]:
    """What waits at a place, by the kind of its row."""
    return {
        "work_item": pgettext("row", "a task"),
        "incident": pgettext("row", "a failure"),
        "continuation": pgettext("row", "its automatic continuation"),
        "job": pgettext("row", "a call to another system"),
        "timer": pgettext("row", "a timer"),
        "message": pgettext("row", "a message"),
        "signal": pgettext("row", "a signal"),
        "condition": pgettext("row", "a condition"),
    }


def code_words() -> dict[str, str]:
    """One cause in a few words, for lists."""
    return {
        "missing": _("What a step waits for is missing"),
        "surplus": _("Something is open that no step waits for"),
        "count": _("The number of open entries is wrong"),
        "rows": _("Other entries are open than the case waits for"),
        "status": _("The status of the case is wrong"),
        "older_state": _("An older state of the case was put back"),
        "history": _("The history and the case do not match"),
        "hole": _("Entries of the history are gone"),
        "over": _("The case is over, yet something is open"),
        "unreadable": _("The state of the case cannot be read"),
    }


def cause_of(incident: Incident) -> str:
    """Why it is there: a failure as the program tells it, a breach in words."""
    if incident.kind != Incident.Kind.BREACH:
        return incident.message
    words = code_words()
    return listed(words.get(code, code) for code in incident.error_type.split(","))


def findings_of(instance: ProcessInstance) -> list[str]:
    """What is wrong with a case now, each in a sentence."""
    wrong = examine([instance.pk]).get(instance.pk, [])
    steps = _steps_waiting(instance) if any(one.code == "missing" for one in wrong) else {}
    return list(dict.fromkeys(_finding(one, steps) for one in wrong))


def _steps_waiting(instance: ProcessInstance) -> dict[str, str]:
    definition = definition_of(instance.version_id)
    case = Case.load(definition, instance.state, NoHost())
    labels = Labels()
    return {one.token: labels.step(definition, one.path) for one in case.waiting()}


def _finding(one: Breach, steps: dict[str, str]) -> str:
    kind = row_words().get(one.place[1], one.place[1]) if one.place is not None else ""
    if one.code == "missing" and one.place is not None:
        return _("The step “%(step)s” waits for %(what)s that is gone.") % {
            "step": steps.get(one.place[0], one.place[0]),
            "what": kind,
        }
    if one.code == "surplus":
        return _("There is %(what)s for which no step waits.") % {"what": kind}
    return _("%(cause)s.") % {"cause": code_words()[one.code]}


def repeats_text(names: Iterable[str]) -> str:
    """What has to be done once more after an older state was put back."""
    done_again = listed(dict.fromkeys(names))
    if not done_again:
        return ""
    return _(
        "An older state was put back. These steps were done since and will have to be done again: %(steps)s. "
        "Calls to other systems carry the same key again, so that they are carried out once."
    ) % {"steps": done_again}
