"""Addresses of the pages after the sale."""

from django.urls import path
from django.urls.resolvers import URLPattern

from service.views import complaints, item_templates, onboardings, renewals

app_name = "service"

urlpatterns: list[URLPattern] = [
    path("onboardings/", onboardings.OnboardingList.as_view(), name="onboarding-list"),
    path("onboardings/<int:pk>/", onboardings.OnboardingDetail.as_view(), name="onboarding-detail"),
    path("onboardings/<int:pk>/materials/", onboardings.MaterialAdd.as_view(), name="onboarding-materials"),
    path("onboardings/items/<int:pk>/finish/", onboardings.finish, name="onboarding-item-finish"),
    path("onboardings/items/<int:pk>/skip/", onboardings.ItemSkip.as_view(), name="onboarding-item-skip"),
    path("onboardings/items/", item_templates.ItemTemplateList.as_view(), name="item-template-list"),
    path("onboardings/items/new/", item_templates.ItemTemplateCreate.as_view(), name="item-template-create"),
    path(
        "onboardings/items/<int:pk>/edit/",
        item_templates.ItemTemplateEdit.as_view(),
        name="item-template-edit",
    ),
    path("renewals/", renewals.RenewalList.as_view(), name="renewal-list"),
    path("renewals/<int:pk>/", renewals.RenewalDetail.as_view(), name="renewal-detail"),
    path("complaints/", complaints.ComplaintList.as_view(), name="complaint-list"),
    path("complaints/new/", complaints.ComplaintCreate.as_view(), name="complaint-create"),
    path("complaints/<int:pk>/", complaints.ComplaintDetail.as_view(), name="complaint-detail"),
    path("complaints/<int:pk>/act/", complaints.ActionRecord.as_view(), name="complaint-act"),
    path("complaints/<int:pk>/pause/", complaints.Pause.as_view(), name="complaint-pause"),
    path("complaints/<int:pk>/resume/", complaints.Resume.as_view(), name="complaint-resume"),
    path("complaints/<int:pk>/withdraw/", complaints.Withdraw.as_view(), name="complaint-withdraw"),
]
