"""Addresses of processes in the API."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from workflows.api.alert_views import AlertViewSet, OperationsStatusView
from workflows.api.definition_views import ProcessDefinitionViewSet, ProcessVersionViewSet
from workflows.api.draft_views import DiscardView, DraftSnapshotViewSet
from workflows.api.editor_views import EditorView, NamesView, PresenceView
from workflows.api.favourite_views import FavouriteView
from workflows.api.incident_views import IncidentViewSet
from workflows.api.instance_views import ProcessInstanceViewSet
from workflows.api.message_views import MessageViewSet
from workflows.api.offer_views import DeclineOfferView, OfferView, TakeOfferView
from workflows.api.operation_views import OperationView
from workflows.api.retention_views import LegalHoldViewSet, PurgedCaseViewSet
from workflows.api.statistics_views import StatisticsView
from workflows.api.work_item_views import WorkItemViewSet

router = SimpleRouter()
router.register("process-definitions", ProcessDefinitionViewSet, basename="process-definition")
router.register(
    r"process-definitions/(?P<key>[^/]+)/versions", ProcessVersionViewSet, basename="process-version"
)
router.register(
    r"process-definitions/(?P<key>[^/]+)/draft/history", DraftSnapshotViewSet, basename="draft-snapshot"
)
router.register("process-instances", ProcessInstanceViewSet, basename="process-instance")
router.register("legal-holds", LegalHoldViewSet, basename="legal-hold")
router.register("purged-cases", PurgedCaseViewSet, basename="purged-case")
router.register("work-items", WorkItemViewSet, basename="work-item")
router.register("messages", MessageViewSet, basename="message")
router.register("incidents", IncidentViewSet, basename="incident")
router.register("alerts", AlertViewSet, basename="alert")

urlpatterns = [
    path("operations-status/", OperationsStatusView.as_view(), name="operations-status"),
    path("operations/", OperationView.as_view(), name="operations"),
    path("process-definitions/<str:key>/editor/", EditorView.as_view(), name="process-definition-editor"),
    path(
        "process-definitions/<str:key>/draft/discard/",
        DiscardView.as_view(),
        name="process-definition-discard",
    ),
    path("process-definitions/<str:key>/draft/names/", NamesView.as_view(), name="process-definition-names"),
    path(
        "process-definitions/<str:key>/draft/presence/",
        PresenceView.as_view(),
        name="process-definition-presence",
    ),
    path(
        "process-definitions/<str:key>/statistics/",
        StatisticsView.as_view(),
        name="process-definition-statistics",
    ),
    path(
        "process-definitions/<str:key>/favourite/",
        FavouriteView.as_view(),
        name="process-definition-favourite",
    ),
    path("process-definitions/<str:key>/offer/", OfferView.as_view(), name="process-definition-offer"),
    path(
        "process-definitions/<str:key>/offer/take/",
        TakeOfferView.as_view(),
        name="process-definition-offer-take",
    ),
    path(
        "process-definitions/<str:key>/offer/decline/",
        DeclineOfferView.as_view(),
        name="process-definition-offer-decline",
    ),
    *router.urls,
]
