"""The rows of what happens after the sale."""

from service.models.activation import MemberActivation
from service.models.closing import ComplaintSummary, FollowUpCall
from service.models.complaint import Complaint, ComplaintAction
from service.models.metric import MemberMetricDaily
from service.models.onboarding import Material, Onboarding, OnboardingItem, OnboardingItemTemplate
from service.models.renewal import RenewalCase, RenewalCohort
from service.models.ruling import LeaderInstruction, Ruling, RulingShare

__all__ = [
    "Complaint",
    "ComplaintAction",
    "ComplaintSummary",
    "FollowUpCall",
    "LeaderInstruction",
    "Material",
    "MemberActivation",
    "MemberMetricDaily",
    "Onboarding",
    "OnboardingItem",
    "OnboardingItemTemplate",
    "RenewalCase",
    "RenewalCohort",
    "Ruling",
    "RulingShare",
]
