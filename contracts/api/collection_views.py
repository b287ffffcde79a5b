"""Accounts and runs of letters before they are printed. Services are the gate; the views only translate."""

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_202_ACCEPTED

from contracts import services
from contracts.api import collection_serializers as s
from contracts.api.money_serializers import RunRow
from contracts.api.serializers import Reason
from contracts.models import DunningProposal
from core.api.fields import row_id
from core.api.jobs import BackgroundJobRow
from core.api.views import ApiViewSet
from core.rights import require
from crm.models import Customer


@extend_schema(tags=["collections"])
class CollectionViewSet(ApiViewSet):
    """What a customer owes, and what was agreed about it; the id is the customer's."""

    queryset = Customer.objects.none()
    serializer_class = s.AccountDetail

    @extend_schema(responses=s.AccountDetail)
    def retrieve(self, request, pk: str) -> Response:
        return self._answer(row_id(pk))

    @extend_schema(request=s.PromiseInput, responses={201: s.PromiseRow})
    @action(detail=True, methods=["post"])
    def promise(self, request, pk: str) -> Response:
        """The customer said when how much will come; an open promise is replaced."""
        asked = self.checked(s.PromiseInput, request)
        promise = services.record_promise(
            customer_id=row_id(pk), plan_line_id=asked.pop("instalment"), actor=request.user, **asked
        )
        return Response(s.PromiseRow(promise).data, status=HTTP_201_CREATED)

    @extend_schema(request=s.DisputeInput, responses=s.AccountDetail)
    @action(detail=True, methods=["post"])
    def dispute(self, request, pk: str) -> Response:
        """The customer disputes an instalment: it is not asked for until somebody has decided."""
        asked = self.checked(s.DisputeInput, request)
        customer = self._customer(row_id(pk))
        lines = {
            one.line.pk for one in services.account_of(customer_id=customer.pk, actor=request.user).lines
        }
        self.known(asked["instalment"] in lines)
        services.open_dispute(plan_line_id=asked["instalment"], reason=asked["reason"], actor=request.user)
        return self._answer(customer.pk)

    @extend_schema(request=s.SettleInput, responses=s.AccountDetail)
    @action(detail=True, methods=["post"])
    def settle(self, request, pk: str) -> Response:
        """A dispute is settled: the instalment is asked for again."""
        asked = self.checked(s.SettleInput, request)
        customer = self._customer(row_id(pk))
        services.release_dispute(hold_id=asked["dispute"], note=asked["note"], actor=request.user)
        return self._answer(customer.pk)

    @staticmethod
    def known(found: bool) -> None:
        if not found:
            raise Customer.DoesNotExist("This instalment is not open here.")

    def _customer(self, pk: int) -> Customer:
        return Customer.objects.visible_to(self.request.user).get(pk=pk)

    def _answer(self, pk: int) -> Response:
        customer = self._customer(pk)
        require(self.request.user, "contracts.view_payment")
        account = services.account_of(customer_id=customer.pk, actor=self.request.user)
        return Response(s.AccountDetail(account).data)


@extend_schema(tags=["dunning"])
class DunningProposalViewSet(ApiViewSet):
    """Runs of letters before they are printed: proposed by one person, approved by another."""

    queryset = DunningProposal.objects.none()
    serializer_class = s.ProposalRow

    @extend_schema(responses=s.ProposalRow(many=True))
    def list(self, request) -> Response:
        return self.page(self._visible(), s.ProposalRow)

    @extend_schema(responses=s.ProposalDetail)
    def retrieve(self, request, pk: str) -> Response:
        return self._answer(row_id(pk))

    @extend_schema(request=s.ProposalInput, responses={201: s.ProposalDetail})
    def create(self, request) -> Response:
        """Everybody who is overdue on that day: what they would get, or why they would get nothing."""
        asked = self.checked(s.ProposalInput, request)
        proposal = services.propose_run(as_of=asked["as_of"], actor=request.user)
        return self._answer(proposal.pk, status=HTTP_201_CREATED)

    @extend_schema(request=s.ExcludeInput, responses=s.ProposalDetail)
    @action(detail=True, methods=["post"])
    def exclude(self, request, pk: str) -> Response:
        """Leave a letter out, and say why."""
        asked = self.checked(s.ExcludeInput, request)
        services.exclude(
            proposal_id=row_id(pk), line_id=asked["letter"], reason=asked["reason"], actor=request.user
        )
        return self._answer(row_id(pk))

    @extend_schema(request=s.LetterInput, responses=s.ProposalDetail)
    @action(detail=True, methods=["post"])
    def include(self, request, pk: str) -> Response:
        """Put a letter back, unless what stands in its way still does."""
        asked = self.checked(s.LetterInput, request)
        services.include(proposal_id=row_id(pk), line_id=asked["letter"], actor=request.user)
        return self._answer(row_id(pk))

    @extend_schema(request=None, responses=s.ProposalDetail)
    @action(detail=True, methods=["post"])
    def submit(self, request, pk: str) -> Response:
        """Ready to be looked at by a second person."""
        services.submit_run(proposal_id=row_id(pk), actor=request.user)
        return self._answer(row_id(pk))

    @extend_schema(request=None, responses=s.ProposalDetail)
    @action(detail=True, methods=["post"])
    def approve(self, request, pk: str) -> Response:
        """Whoever made it does not approve it."""
        services.approve_run(proposal_id=row_id(pk), actor=request.user)
        return self._answer(row_id(pk))

    @extend_schema(request=Reason, responses=s.ProposalDetail)
    @action(detail=True, methods=["post"])
    def discard(self, request, pk: str) -> Response:
        """Nothing of it is printed."""
        reason = self.checked(Reason, request)["reason"]
        services.reject_run(proposal_id=row_id(pk), reason=reason, actor=request.user)
        return self._answer(row_id(pk))

    @extend_schema(request=None, responses={201: RunRow, 202: BackgroundJobRow})
    @action(detail=True, methods=["post"], url_path="print")
    def print_run(self, request, pk: str) -> Response:
        """Print what was approved, with the balances of this moment; many letters in the background (202)."""
        key = row_id(pk)
        going = self._visible().get(pk=key).lines.filter(is_excluded=False).count()
        if going > services.PRINTED_AT_ONCE:
            job = services.print_run_later(proposal_id=key, actor=request.user)
            where = reverse("api:background-job-detail", args=[job.pk])
            return Response(BackgroundJobRow(job).data, status=HTTP_202_ACCEPTED, headers={"Location": where})
        run = services.print_run(proposal_id=key, actor=request.user)
        return Response(RunRow(run).data, status=HTTP_201_CREATED)

    def _visible(self):
        rows = DunningProposal.objects.visible_to(self.request.user)
        return rows.select_related("made_by", "approved_by")

    def _answer(self, pk: int, *, status: int = 200) -> Response:
        found = self._visible().prefetch_related("lines__customer").get(pk=pk)
        return Response(s.ProposalDetail(found).data, status=status)
