"""What a test writes past the services, so that the database still agrees with itself at the end."""

from core import clock
from core.models import User
from crm.models import Customer, OwnershipPeriod


def ownership_follows(customer: Customer, owner: User) -> None:
    """The open ownership of a customer whose owner was written by hand."""
    OwnershipPeriod.objects.filter(customer=customer, ended_at__isnull=True).update(
        ended_at=clock.now(), end_reason="transfer"
    )
    OwnershipPeriod.objects.create(customer=customer, owner=owner, how="transfer")
