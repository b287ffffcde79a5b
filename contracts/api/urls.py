"""Addresses of contracts and their money in the API."""

from rest_framework.routers import SimpleRouter

from contracts.api import collection_views, money_views, rate_views, template_views, views

router = SimpleRouter()
router.register("products", views.ProductViewSet, basename="product")
router.register("contract-templates", template_views.TemplateViewSet, basename="contract-template")
router.register("contracts", views.ContractViewSet, basename="contract")
router.register("payments", money_views.PaymentViewSet, basename="payment")
router.register("receivables", money_views.ReceivableViewSet, basename="receivable")
router.register("loan-prime-rates", rate_views.RateViewSet, basename="loan-prime-rate")
router.register("collections", collection_views.CollectionViewSet, basename="collection")
router.register("dunning-proposals", collection_views.DunningProposalViewSet, basename="dunning-proposal")
router.register("dunning-runs", money_views.DunningRunViewSet, basename="dunning-run")
router.register("dunning-letters", money_views.DunningLetterViewSet, basename="dunning-letter")

urlpatterns = router.urls
