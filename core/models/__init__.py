"""The ground's rows."""

from core.models.audit import AuditEntry
from core.models.calendar import CalendarDay, CalendarYear, WorkShift
from core.models.discussion import Attachment, Comment, Follow, RecordView
from core.models.documents import Document, DocumentContent
from core.models.history import FieldChange
from core.models.idempotency import IdempotencyKey
from core.models.imports import ImportMapping, ImportRow, ImportRun
from core.models.jobs import AbstractJob, BackgroundJob, JobFile, RateAllowance
from core.models.lists import FormDraft, ListLayout, SavedView
from core.models.notifications import Notification
from core.models.numbers import NumberRule
from core.models.people import Department, Grant, Role, User
from core.models.reports import ReportSchedule
from core.models.settings import HomeLayout, NotificationPreference, Setting
from core.models.substitutions import Substitution
from core.models.tokens import ApiToken
from core.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint

__all__ = [
    "AbstractJob",
    "ApiToken",
    "Attachment",
    "AuditEntry",
    "BackgroundJob",
    "CalendarDay",
    "CalendarYear",
    "Comment",
    "Department",
    "Document",
    "DocumentContent",
    "FieldChange",
    "Follow",
    "FormDraft",
    "Grant",
    "HomeLayout",
    "IdempotencyKey",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "JobFile",
    "ListLayout",
    "Notification",
    "NotificationPreference",
    "NumberRule",
    "RateAllowance",
    "RecordView",
    "ReportSchedule",
    "Role",
    "SavedView",
    "Setting",
    "Substitution",
    "User",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WorkShift",
]
