"""What other programs can hear about what happens after the sale. The text of a complaint is none of it."""

from __future__ import annotations

from core.webhooks import announce, declare
from service.models import Complaint

declare(
    "complaint.closed",
    zh="投诉已关闭",
    en="Complaint closed",
    sample={
        "id": "5",
        "no": "TS-2026-0005",
        "state": "closed",
        "category": "service",
        "severity": 2,
        "justified": True,
        "times_reopened": 0,
        "received_at": "2026-12-18T09:30:00+08:00",
        "closed_at": "2026-12-25T16:00:00+08:00",
        "customer": {"id": "17", "no": "KH-00017", "name": "东方阀门有限公司"},
    },
)


def complaint_closed(complaint: Complaint) -> None:
    announce(
        "complaint.closed",
        lambda: {
            "id": str(complaint.pk),
            "no": complaint.no,
            "state": complaint.state,
            "category": complaint.category,
            "severity": complaint.severity,
            "justified": complaint.is_justified,
            "times_reopened": complaint.reopen_count,
            "received_at": complaint.received_at,
            "closed_at": complaint.closed_at,
            "customer": {
                "id": str(complaint.customer.pk),
                "no": complaint.customer.no,
                "name": complaint.customer.name,
            },
        },
        subject=complaint,
    )
