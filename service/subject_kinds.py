"""Onboardings and complaints as rows that people talk about, attach files to, follow and search."""

from django.utils.translation import gettext_lazy as _

from core.subjects import SubjectKind, register
from service.models import Complaint, Onboarding, RenewalCase


def _text(row: Onboarding) -> str:
    return " · ".join([str(row.contract.customer), str(row.get_state_display())])


register(
    SubjectKind(
        model=Onboarding,
        label=_("Onboarding"),
        label_plural=_("Onboardings"),
        icon="rocket",
        permission="service.view_onboarding",
        visible_to=lambda actor: Onboarding.objects.visible_to(actor).select_related(
            "contract__customer", "contract__owner"
        ),
        text=_text,
        list_url_name="service:onboarding-list",
        owner=lambda row: row.contract.owner,
        order=25,
    )
)
register(
    SubjectKind(
        model=RenewalCase,
        label=_("Renewal"),
        label_plural=_("Renewals"),
        icon="refresh-cw",
        permission="service.view_renewal",
        visible_to=lambda actor: RenewalCase.objects.visible_to(actor).select_related(
            "contract__customer", "contract__owner", "customer"
        ),
        text=lambda row: " · ".join([str(row.customer), str(row.get_state_display())]),
        list_url_name="service:renewal-list",
        owner=lambda row: row.contract.owner,
        order=26,
    )
)
register(
    SubjectKind(
        model=Complaint,
        label=_("Complaint"),
        label_plural=_("Complaints"),
        icon="megaphone",
        permission="service.view_complaint",
        visible_to=lambda actor: Complaint.objects.visible_to(actor).select_related("customer", "handler"),
        text=lambda row: " · ".join([str(row.customer), str(row.get_state_display())]),
        list_url_name="service:complaint-list",
        owner=lambda row: row.handler,
        order=27,
    )
)
