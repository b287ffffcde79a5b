"""The forms of steps after the sale: what a person fills in, and the deed behind it."""

from service import complaint_work_forms, extension_work_forms, onboarding_forms, renewal_work_forms

__all__ = ["complaint_work_forms", "extension_work_forms", "onboarding_forms", "renewal_work_forms"]
