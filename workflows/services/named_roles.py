"""The role whose queue a step's work is for: that of the step or of its lane, or the one that a value of the case
names, so that each element of a multi-instance may be for other people."""

from __future__ import annotations

import logging
from copy import deepcopy
from typing import TYPE_CHECKING

from workflows import registry
from workflows.engine import Case, EngineError, ExpressionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.engine import Element, Waiting
    from workflows.services.step import Step

logger = logging.getLogger(__name__)


def is_by_value(element: Element) -> bool:
    """Whether a value of the case names the role."""
    return element.assign is not None and element.assign.role_from is not None


def roles_of(step: Step, waiting: Sequence[Waiting]) -> dict[str, str]:
    """The role of each of these places by its token, "" for none.

    A value that names no role of today, and one that cannot be evaluated, leaves it to the lane's. Which roles
    there are is asked once.
    """
    said = {
        one.token: _said(step.case, one.element, one.token, where=f"case {step.instance.pk}: {one.path}")
        for one in waiting
        if is_by_value(one.element)
    }
    known = registry.role_names() if any(said.values()) else {}
    return {one.token: known.get(said.get(one.token, ""), one.element.role or "") for one in waiting}


def role_of(step: Step) -> str:
    """The role of the work item by which a step was reached, "" for none.

    The one that a value named when the item appeared stays, whatever the value says by now. An item that nobody
    was entitled to lies with the administrators: for that one the value is looked at again.
    """
    item, element = step.item, step.element
    if not is_by_value(element):
        return element.role or ""
    if not item.alarm:
        return item.role
    where = f"case {step.instance.pk}: {item.element}"
    try:
        # A copy: the deed itself need not bring the case to life.
        case = Case.load(step.definition, deepcopy(step.instance.state), step.host)
        said = _said(case, element, item.token, where=where)
    except EngineError:
        logger.warning("No role found for %s.", where, exc_info=True)
        said = ""
    return (registry.role_names().get(said) if said else None) or element.role or ""


def _said(case: Case, element: Element, token: str, *, where: str) -> str:
    """The code of the role that the value names, or what it says instead; "" where it names nothing.

    The names of the day of publishing keep their meaning, as those of lanes do.
    """
    assign = element.assign
    if assign is None or assign.role_from is None:
        return ""
    try:
        value = case.evaluate(assign.role_from, token)
    except (ExpressionError, LookupError, AttributeError, TypeError):
        logger.warning("No role found for %s.", where, exc_info=True)
        return ""
    return assign.names.get(value, value) if isinstance(value, str) else ""
