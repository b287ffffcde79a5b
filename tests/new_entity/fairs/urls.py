"""Addresses of fairs."""

from django.urls import path

from tests.new_entity.fairs import views

app_name = "fairs"
urlpatterns = [
    path("fairs/", views.FairList.as_view(), name="fair-list"),
    path("fairs/new/", views.FairCreate.as_view(), name="fair-create"),
    path("fairs/<int:pk>/", views.FairDetail.as_view(), name="fair-detail"),
    path("fairs/<int:pk>/edit/", views.FairEdit.as_view(), name="fair-edit"),
]
