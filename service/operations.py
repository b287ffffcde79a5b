"""What diagrams may do after the sale. Each is one service, called by the step as the system."""

from service import (
    activation_operations,
    complaint_operations,
    ending_operations,
    ending_process,
    extension_operations,
    extension_process,
    member_answers,
    member_figures,
    onboarding_operations,
    onboarding_process,
    renewal_operations,
    renewal_process,
)

__all__ = [
    "activation_operations",
    "complaint_operations",
    "ending_operations",
    "ending_process",
    "extension_operations",
    "extension_process",
    "member_answers",
    "member_figures",
    "onboarding_operations",
    "onboarding_process",
    "renewal_operations",
    "renewal_process",
]
