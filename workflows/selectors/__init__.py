"""PUBLIC: everything that is asked about processes. Pages, API and domain apps look here."""

from workflows.selectors.boxes import (
    BOXES,
    COUNT_CAP,
    ORDERS,
    count_capped,
    inbox,
    inbox_counts,
    work_item_for,
)
from workflows.selectors.cases import (
    called_by,
    case_for,
    cases,
    cases_about,
    has_work_on,
    open_work_item_of,
    open_work_on,
    processes_of,
    running_process_of,
)
from workflows.selectors.diagram import DiagramState, ElementState, diagram_state, places_of
from workflows.selectors.incidents import incident_groups, incidents
from workflows.selectors.step_times import StepTimes, step_times
from workflows.selectors.timeline import HistoryLine, history
from workflows.selectors.waits import Wait, open_waits_on, waits_of

__all__ = [
    "BOXES",
    "COUNT_CAP",
    "ORDERS",
    "DiagramState",
    "ElementState",
    "HistoryLine",
    "StepTimes",
    "Wait",
    "called_by",
    "case_for",
    "cases",
    "cases_about",
    "count_capped",
    "diagram_state",
    "has_work_on",
    "history",
    "inbox",
    "inbox_counts",
    "incident_groups",
    "incidents",
    "open_waits_on",
    "open_work_item_of",
    "open_work_on",
    "places_of",
    "processes_of",
    "running_process_of",
    "step_times",
    "waits_of",
    "work_item_for",
]
