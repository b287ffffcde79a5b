"""The rows of processes."""

from workflows.models.definition import ProcessDefinition, ProcessDraft, ProcessVersion
from workflows.models.event import HistoryEvent
from workflows.models.incident import Incident
from workflows.models.instance import ProcessInstance
from workflows.models.job import Job
from workflows.models.work_item import WorkItem

__all__ = [
    "HistoryEvent",
    "Incident",
    "Job",
    "ProcessDefinition",
    "ProcessDraft",
    "ProcessInstance",
    "ProcessVersion",
    "WorkItem",
]
