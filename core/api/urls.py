"""Sign-in and the description of the API."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from core.api.around import AttachmentViewSet, CommentViewSet, FieldChangeViewSet
from core.api.docs import DocsView, SchemaView
from core.api.jobs import BackgroundJobViewSet
from core.api.notifications import NotificationChoicesView, NotificationViewSet
from core.api.reports import ReportsView, ReportView
from core.api.search import SearchView
from core.api.tokens import MeView, SignInView, TokenViewSet
from core.api.webhooks import WebhookDeliveryViewSet, WebhookEventView, WebhookViewSet

router = SimpleRouter()
router.register("auth/tokens", TokenViewSet, basename="token")
router.register("background-jobs", BackgroundJobViewSet, basename="background-job")
router.register("notifications", NotificationViewSet, basename="notification")
router.register("comments", CommentViewSet, basename="comment")
router.register("attachments", AttachmentViewSet, basename="attachment")
router.register("field-changes", FieldChangeViewSet, basename="field-change")
router.register("webhooks", WebhookViewSet, basename="webhook")
router.register("webhook-deliveries", WebhookDeliveryViewSet, basename="webhook-delivery")

urlpatterns = [
    path("auth/token/", SignInView.as_view(), name="sign-in"),
    path("auth/me/", MeView.as_view(), name="me"),
    path("notification-choices/", NotificationChoicesView.as_view(), name="notification-choices"),
    path("search/", SearchView.as_view(), name="search"),
    path("reports/", ReportsView.as_view(), name="reports"),
    path("reports/<str:name>/", ReportView.as_view(), name="report"),
    path("webhook-events/", WebhookEventView.as_view(), name="webhook-events"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    *router.urls,
]
