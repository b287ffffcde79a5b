"""What other programs can hear about customers."""

from collections.abc import Mapping
from typing import Any

from core.webhooks import announce, declare
from crm.models import Customer

declare(
    "customer.created",
    zh="新建客户",
    en="Customer entered",
    sample={
        "id": "17",
        "no": "KH-00017",
        "name": "东方阀门有限公司",
        "kind": "company",
        "status": "interested",
        "level": "B",
        "owner": "rep1",
    },
)


def customer_created(customer: Customer) -> None:
    """Called by the services that enter customers."""
    announce("customer.created", lambda: _customer(customer), subject=customer)


def _customer(customer: Customer) -> Mapping[str, Any]:
    return {
        "id": str(customer.pk),
        "no": customer.no,
        "name": customer.name,
        "kind": customer.kind,
        "status": customer.status,
        "level": customer.level,
        "owner": customer.owner.username if customer.owner else None,
    }
