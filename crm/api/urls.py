"""Addresses of customers in the API."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from crm.api.activities import ActivityTypeViewSet, ActivityViewSet, CustomerStatusViewSet
from crm.api.members import MemberAccountViewSet, MemberEventView
from crm.api.views import ContactViewSet, CustomerViewSet

router = SimpleRouter()
router.register("customers", CustomerViewSet, basename="customer")
router.register("contacts", ContactViewSet, basename="contact")
router.register("activities", ActivityViewSet, basename="activity")
router.register("activity-types", ActivityTypeViewSet, basename="activity-type")
router.register("customer-statuses", CustomerStatusViewSet, basename="customer-status")
router.register("member-accounts", MemberAccountViewSet, basename="member-account")

urlpatterns = [path("member-events/", MemberEventView.as_view(), name="member-events"), *router.urls]
