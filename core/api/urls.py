"""Sign-in and the description of the API."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from core.api.docs import DocsView, SchemaView
from core.api.tokens import MeView, SignInView, TokenViewSet

router = SimpleRouter()
router.register("auth/tokens", TokenViewSet, basename="token")

urlpatterns = [
    path("auth/token/", SignInView.as_view(), name="sign-in"),
    path("auth/me/", MeView.as_view(), name="me"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    *router.urls,
]
