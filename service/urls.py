"""Addresses of the pages after the sale."""

from django.urls import path
from django.urls.resolvers import URLPattern

from service.views import onboardings

app_name = "service"

urlpatterns: list[URLPattern] = [
    path("onboardings/", onboardings.OnboardingList.as_view(), name="onboarding-list"),
    path("onboardings/<int:pk>/", onboardings.OnboardingDetail.as_view(), name="onboarding-detail"),
    path("onboardings/<int:pk>/materials/", onboardings.MaterialAdd.as_view(), name="onboarding-materials"),
    path("onboardings/items/<int:pk>/finish/", onboardings.finish, name="onboarding-item-finish"),
    path("onboardings/items/<int:pk>/skip/", onboardings.ItemSkip.as_view(), name="onboarding-item-skip"),
]
