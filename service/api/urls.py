"""Addresses of what happens after the sale, in the API."""

from rest_framework.routers import SimpleRouter

router = SimpleRouter()

urlpatterns = router.urls
