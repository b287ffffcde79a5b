"""The ground's rows."""

from core.models.audit import AuditEntry
from core.models.documents import Document, DocumentContent
from core.models.idempotency import IdempotencyKey
from core.models.jobs import AbstractJob, BackgroundJob, JobFile, RateAllowance
from core.models.notifications import Notification
from core.models.numbers import NumberRule
from core.models.people import Department, Grant, Role, User
from core.models.tokens import ApiToken
from core.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint

__all__ = [
    "AbstractJob",
    "ApiToken",
    "AuditEntry",
    "BackgroundJob",
    "Department",
    "Document",
    "DocumentContent",
    "Grant",
    "IdempotencyKey",
    "JobFile",
    "Notification",
    "NumberRule",
    "RateAllowance",
    "Role",
    "User",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
]
