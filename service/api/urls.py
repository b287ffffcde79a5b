"""Addresses of what happens after the sale, in the API."""

from rest_framework.routers import SimpleRouter

from service.api.complaints import ComplaintViewSet
from service.api.item_templates import ItemTemplateViewSet
from service.api.onboardings import OnboardingViewSet
from service.api.renewals import RenewalViewSet

router = SimpleRouter()
router.register("onboardings", OnboardingViewSet, basename="onboarding")
router.register("onboarding-items", ItemTemplateViewSet, basename="onboarding-item")
router.register("renewals", RenewalViewSet, basename="renewal")
router.register("complaints", ComplaintViewSet, basename="complaint")

urlpatterns = router.urls
