"""From an empty installation to a company at work: what there is to do, declared by each app.

An app registers its steps in its ``set_up_steps.py``; the page shows them in order, each done or to do.
``reference`` is what every company begins with (roles, number rules, shipped processes): the top layer, which
knows all apps, says how it is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from core import audit, clock
from core.models import Setting, User
from core.permissions import MANAGE_PEOPLE
from core.rights import require

Text = str | Promise
DISMISSED = "core.set_up_dismissed"


@dataclass(frozen=True)
class Step:
    """One thing to set up.

    ``is_done()`` looks at the rows; ``url_name`` (with ``url_args``) is where it is done; ``optional`` ones do
    not keep the page open.
    """

    code: str
    label: Text
    text: Text
    is_done: Callable[[], bool]
    url_name: str
    button: Text
    icon: str
    order: int = 50
    optional: bool = False
    permission: str | None = None

    @property
    def url(self) -> str:
        """Empty where the part of the house that does it is not there."""
        try:
            return reverse(self.url_name) if self.url_name else ""
        except NoReverseMatch:
            return ""


_steps: dict[str, Step] = {}
_loaders: list[Callable[[], None]] = []


def register(step: Step) -> Step:
    """Make a step known; an app does so in its ``set_up_steps.py``."""
    if _steps.setdefault(step.code, step) is not step:
        raise ValueError(f"The set-up step {step.code} is registered twice.")
    return step


def steps() -> list[Step]:
    return sorted(_steps.values(), key=lambda one: one.order)


def loads_reference(loader: Callable[[], None]) -> Callable[[], None]:
    """Say how roles, number rules, templates and shipped processes are loaded; adds what is missing."""
    if loader not in _loaders:
        _loaders.append(loader)
    return loader


def load_reference() -> None:
    for loader in _loaders:
        loader()


def is_open() -> bool:
    """Whether something is still to do and nobody has put the page away."""
    if Setting.objects.filter(code=DISMISSED).exists():
        return False
    return any(not one.optional and not one.is_done() for one in steps())


def dismiss(*, actor: User) -> None:
    """Put the page away; its address still works."""
    require(actor, MANAGE_PEOPLE)
    row, _created = Setting.objects.update_or_create(
        code=DISMISSED, defaults={"value": True, "changed_by": actor, "changed_at": clock.now()}
    )
    audit.record(actor, "core.dismiss_set_up", row)
