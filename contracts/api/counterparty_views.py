"""What the API does with a contract on the customer's own paper. Services are the gate."""

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from contracts import selectors, services
from contracts.models import CounterpartyPaper, PaperDeviation, Risk
from contracts.services.counterparty import notes_of
from contracts.uploads import LARGEST
from core.api.fields import IdField, row_id
from core.api.parsers import StrictJSONParser, StrictMultiPartParser


class PaperRow(serializers.ModelSerializer):
    """An upload. ``is_current``: it is the contract's text; without such a one the text is made from our template."""

    pages = serializers.IntegerField()
    sha256 = serializers.CharField(source="document.sha256")
    is_scan = serializers.BooleanField(help_text="No text could be read in it.")
    is_current = serializers.SerializerMethodField()
    uploaded_by = serializers.CharField(source="uploaded_by.username")

    class Meta:
        model = CounterpartyPaper
        fields = ("seq", "pages", "sha256", "is_scan", "is_current", "uploaded_by", "uploaded_at")

    def get_is_current(self, row) -> bool:
        return bool(row.contract.counterparty_paper_id == row.pk)


class PaperInput(serializers.Serializer):
    file = serializers.FileField()


class NoteRow(serializers.ModelSerializer):
    """What legal noted about the last submission."""

    id = IdField(read_only=True)
    noted_by = serializers.CharField(source="noted_by.username")

    class Meta:
        model = PaperDeviation
        fields = ("id", "code", "title", "text", "risk", "reason", "noted_by", "noted_at")


class NoteInput(serializers.Serializer):
    code = serializers.CharField(
        max_length=40, required=False, default="", allow_blank=True, help_text="Clause of our template."
    )
    title = serializers.CharField(
        max_length=80, required=False, default="", allow_blank=True, help_text="Without a clause."
    )
    text = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    risk = serializers.ChoiceField(choices=Risk.choices)
    reason = serializers.CharField(max_length=300)


class CounterpartyActions:
    """Beside what a contract can do otherwise."""

    @extend_schema(responses=PaperRow(many=True))
    @action(
        detail=True,
        methods=["get"],
        url_path="counterparty-papers",
        orders={"seq": ("seq",)},
        default_order="-seq",
        parser_classes=[StrictJSONParser, StrictMultiPartParser],
        # The file and a little around it.
        largest_body=LARGEST + settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
    )
    def counterparty_papers(self, request, pk: str) -> Response:
        """What the customer sent as the text of this contract, newest first."""
        contract = selectors.contract_for(request.user, row_id(pk))
        rows = contract.counterparty_papers.select_related("document", "uploaded_by", "contract")
        return self.page(rows, PaperRow)

    @extend_schema(request={"multipart/form-data": PaperInput}, responses={201: PaperRow})
    @counterparty_papers.mapping.post
    def take_counterparty_paper(self, request, pk: str) -> Response:
        """The draft is written on this PDF from now on; 400 says why a file cannot be kept."""
        file = self.checked(PaperInput, request)["file"]
        if file.size > LARGEST:
            raise ValidationError({"file": ["The file is larger than 10 MB."]})
        paper = services.take_counterparty_paper(
            contract_id=row_id(pk), content=file.read(), actor=request.user
        )
        paper.contract.refresh_from_db(fields=["counterparty_paper"])
        return Response(PaperRow(paper).data, status=HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="counterparty-papers/drop")
    def drop_counterparty_paper(self, request, pk: str) -> Response:
        """The draft is written on our template again; 409 where it is already."""
        services.drop_counterparty_paper(contract_id=row_id(pk), actor=request.user)
        return Response(status=204)

    @extend_schema(responses=NoteRow(many=True))
    @action(detail=True, methods=["get"], url_path="paper-notes", pagination_class=None)
    def paper_notes(self, request, pk: str) -> Response:
        """Where legal says that the paper yields from our template; on record once it is accepted."""
        contract = selectors.contract_for(request.user, row_id(pk))
        return Response(NoteRow(notes_of(contract), many=True).data)

    @extend_schema(request=NoteInput, responses={201: NoteRow})
    @paper_notes.mapping.post
    def note_deviation(self, request, pk: str) -> Response:
        """Note a deviation; said again about the same clause it replaces the first."""
        given = self.checked(NoteInput, request)
        note = services.note_deviation(contract_id=row_id(pk), actor=request.user, **given)
        return Response(NoteRow(note).data, status=HTTP_201_CREATED)

    @extend_schema(
        request=None,
        responses={204: None},
        parameters=[OpenApiParameter("note", str, OpenApiParameter.PATH, description="Its id in the list.")],
    )
    @action(detail=True, methods=["delete"], url_path="paper-notes/(?P<note>[^/]+)")
    def remove_deviation_note(self, request, pk: str, note: str) -> Response:
        """Take a note back while the paper is under review; 409 once it was accepted or submitted anew."""
        contract = selectors.contract_for(request.user, row_id(pk))
        found = PaperDeviation.objects.get(pk=row_id(note), version__contract=contract)
        services.remove_deviation_note(note_id=found.pk, actor=request.user)
        return Response(status=204)
