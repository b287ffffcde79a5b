"""The customers' rows."""

from crm.models.activity import Activity, ActivityType, ExecutorGroup
from crm.models.address import CustomerAddress
from crm.models.contact import Contact
from crm.models.customer import Customer
from crm.models.duplicate import DedupeKey, DuplicateCase
from crm.models.member import MemberAccount, MemberEvent
from crm.models.ownership import OwnershipPeriod
from crm.models.rotation import AssignmentLog, AssignmentPool, PoolMember
from crm.models.status import CustomerStatus, StatusChange, StatusTransition

__all__ = [
    "Activity",
    "ActivityType",
    "AssignmentLog",
    "AssignmentPool",
    "Contact",
    "Customer",
    "CustomerAddress",
    "CustomerStatus",
    "DedupeKey",
    "DuplicateCase",
    "ExecutorGroup",
    "MemberAccount",
    "MemberEvent",
    "OwnershipPeriod",
    "PoolMember",
    "StatusChange",
    "StatusTransition",
]
