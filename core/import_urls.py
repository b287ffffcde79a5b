"""Addresses of imports."""

from django.urls import path

from core.views import imports

urlpatterns = [
    path("imports/", imports.ImportList.as_view(), name="import-list"),
    path("imports/new/<str:kind>/", imports.ImportStart.as_view(), name="import-start"),
    path("imports/template/<str:kind>/", imports.ImportTemplate.as_view(), name="import-template"),
    path("imports/<int:pk>/", imports.ImportDetail.as_view(), name="import-detail"),
    path("imports/<int:pk>/columns/", imports.ImportColumns.as_view(), name="import-columns"),
    path("imports/<int:pk>/mend/", imports.ImportRowsToMend.as_view(), name="import-mend"),
    path("imports/<int:pk>/run/", imports.ImportRunNow.as_view(), name="import-run"),
    path("imports/<int:pk>/stop/", imports.ImportStop.as_view(), name="import-stop"),
    path("imports/<int:pk>/undo/", imports.ImportUndo.as_view(), name="import-undo"),
]
