"""The rows of processes."""

from workflows.models.alert import Alert, AlertWatch
from workflows.models.definition import ProcessDefinition, ProcessDraft, ProcessVersion
from workflows.models.draft_snapshot import DraftSnapshot
from workflows.models.event import HistoryEvent
from workflows.models.favourite import FavouriteProcess
from workflows.models.incident import Incident
from workflows.models.instance import ProcessInstance
from workflows.models.job import Job
from workflows.models.message import Delivery, Message, MessageGrant, Subscription
from workflows.models.outside import OutsideService
from workflows.models.retention import LegalHold, PurgedCase
from workflows.models.shipped import ShippedOffer
from workflows.models.tally import (
    CaseTally,
    DwellTally,
    PassTally,
    PathVariant,
    RepeatedStep,
    RollUp,
    WorkTally,
)
from workflows.models.timer import Timer
from workflows.models.trigger import StartTrigger
from workflows.models.work_item import WorkItem

__all__ = [
    "Alert",
    "AlertWatch",
    "CaseTally",
    "Delivery",
    "DraftSnapshot",
    "DwellTally",
    "FavouriteProcess",
    "HistoryEvent",
    "Incident",
    "Job",
    "LegalHold",
    "Message",
    "MessageGrant",
    "OutsideService",
    "PassTally",
    "PathVariant",
    "ProcessDefinition",
    "ProcessDraft",
    "ProcessInstance",
    "ProcessVersion",
    "PurgedCase",
    "RepeatedStep",
    "RollUp",
    "ShippedOffer",
    "StartTrigger",
    "Subscription",
    "Timer",
    "WorkItem",
    "WorkTally",
]
