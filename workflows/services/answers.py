"""What a person hands in: a decision, a comment, the fields of a form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from workflows import registry
from workflows.engine import EngineError, FieldErrors

if TYPE_CHECKING:
    from workflows.services.step import Step


def hand_in(
    step: Step, *, outcome: str, data: Mapping[str, Any], comment: str, files: Mapping[str, Any]
) -> dict[str, Any]:
    """Check everything and let the case move on. Gives back the form's values as they are stored."""
    element = step.element
    with refusals_of_the_engine():
        if element.work_form is None:
            # What a diagram asks for is data only.
            _refuse_unknown(files)
        else:
            data = _apply_work_form(step, outcome=outcome, comment=comment, data=data, files=files)
        said = {"outcome": outcome, "comment": comment, "by": user_name(step.actor)}
        values = step.case.values_of(step.item.token, data, **said)
        step.case.complete(step.item.token, values, **said)
    return values


def form_context(step: Step, *, outcome: str = "", comment: str = "") -> registry.FormContext:
    return registry.FormContext(
        subject=step.host.subject_row,
        actor=step.actor,
        instance_id=step.instance.pk,
        element=step.item.element,
        variables=step.case.variables_at(step.item.token),
        outcome=outcome,
        comment=comment,
    )


def user_name(actor: Actor) -> str:
    """How process data names people."""
    return actor.name if isinstance(actor, SystemActor) else actor.username


@contextmanager
def refusals_of_the_engine() -> Iterator[None]:
    """Say what the engine refuses in the reader's language, by field where it names fields."""
    language = get_language() or "zh-hans"
    try:
        yield
    except FieldErrors as error:
        errors = {name: [text] for name, text in error.messages(language).items()}
        raise ApplicationError(_("Some answers do not fit."), code="invalid", errors=errors) from error
    except EngineError as error:
        raise Conflict(error.message(language), code=error.code) from error


def _apply_work_form(
    step: Step, *, outcome: str, comment: str, data: Mapping[str, Any], files: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Validate a form written in Python and run its domain services; its result is process data."""
    work_form = registry.work_forms()[step.element.work_form or ""]
    context = form_context(step, outcome=outcome, comment=comment)
    form = work_form.form.fields(context)(data, _by_field(files))
    errors = {} if form.is_valid() else {name: [str(text) for text in of] for name, of in form.errors.items()}
    # A browser's form names the parts of its widgets; a program's data must name fields.
    if not isinstance(data, MultiValueDict):
        unknown = [name for name in (*data, *files) if name not in form.fields]
        errors |= {name: [_("This form has no such field.")] for name in unknown}
    if errors:
        raise ApplicationError(_("Some answers do not fit."), code="invalid", errors=errors)
    result = work_form.form.apply(context, form.cleaned_data) or {}
    step.host.read_subject_anew()
    return result


def _by_field(files: Mapping[str, Any]) -> MultiValueDict[str, Any]:
    """The files of each field: one, or several where a form takes several."""
    if isinstance(files, MultiValueDict):
        return files
    return MultiValueDict({name: one if isinstance(one, list) else [one] for name, one in files.items()})


def _refuse_unknown(names: Iterable[str]) -> None:
    """Nothing that the form does not offer is taken, not even to be thrown away."""
    unknown = {name: [_("This form has no such field.")] for name in names}
    if unknown:
        raise ApplicationError(_("Some answers do not fit."), code="invalid", errors=unknown)
