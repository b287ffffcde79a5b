"""Addresses of processes in the API."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from workflows.api.definition_views import ProcessDefinitionViewSet, ProcessVersionViewSet
from workflows.api.operation_views import OperationView

router = SimpleRouter()
router.register("process-definitions", ProcessDefinitionViewSet, basename="process-definition")
router.register(
    r"process-definitions/(?P<key>[^/]+)/versions", ProcessVersionViewSet, basename="process-version"
)

urlpatterns = [path("operations/", OperationView.as_view(), name="operations"), *router.urls]
