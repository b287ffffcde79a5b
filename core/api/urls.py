"""Sign-in and the description of the API."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from core.api.around import AttachmentViewSet, CommentViewSet, FieldChangeViewSet
from core.api.company_settings import NumberRuleViewSet, SettingViewSet
from core.api.departments import DepartmentViewSet
from core.api.docs import DocsView, SchemaView
from core.api.jobs import BackgroundJobViewSet
from core.api.notifications import NotificationChoicesView, NotificationViewSet
from core.api.people import PersonViewSet
from core.api.reports import ReportsView, ReportView
from core.api.roles import PermissionViewSet, RoleViewSet
from core.api.search import SearchView
from core.api.substitutions import SubstitutionViewSet
from core.api.tokens import MeView, SignInView, TokenViewSet
from core.api.webhooks import WebhookDeliveryViewSet, WebhookEventView, WebhookViewSet
from core.api.working_calendar import (
    CalendarChangeViewSet,
    CalendarDayViewSet,
    CalendarYearViewSet,
    WeekView,
)

router = SimpleRouter()
router.register("auth/tokens", TokenViewSet, basename="token")
router.register("background-jobs", BackgroundJobViewSet, basename="background-job")
router.register("notifications", NotificationViewSet, basename="notification")
router.register("comments", CommentViewSet, basename="comment")
router.register("attachments", AttachmentViewSet, basename="attachment")
router.register("field-changes", FieldChangeViewSet, basename="field-change")
router.register("people", PersonViewSet, basename="person")
router.register("departments", DepartmentViewSet, basename="department")
router.register("roles", RoleViewSet, basename="role")
router.register("permissions", PermissionViewSet, basename="permission")
router.register("substitutions", SubstitutionViewSet, basename="substitution")
router.register("calendar/years", CalendarYearViewSet, basename="calendar-year")
router.register("calendar/days", CalendarDayViewSet, basename="calendar-day")
router.register("calendar/changes", CalendarChangeViewSet, basename="calendar-change")
router.register("settings", SettingViewSet, basename="setting")
router.register("number-rules", NumberRuleViewSet, basename="number-rule")
router.register("webhooks", WebhookViewSet, basename="webhook")
router.register("webhook-deliveries", WebhookDeliveryViewSet, basename="webhook-delivery")

urlpatterns = [
    path("auth/token/", SignInView.as_view(), name="sign-in"),
    path("auth/me/", MeView.as_view(), name="me"),
    path("notification-choices/", NotificationChoicesView.as_view(), name="notification-choices"),
    path("search/", SearchView.as_view(), name="search"),
    path("reports/", ReportsView.as_view(), name="reports"),
    path("reports/<str:name>/", ReportView.as_view(), name="report"),
    path("calendar/hours/", WeekView.as_view(), name="calendar-hours"),
    path("webhook-events/", WebhookEventView.as_view(), name="webhook-events"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    *router.urls,
]
