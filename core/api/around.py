"""What stands around a business row: comments, files, and the history of its fields."""

from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from core import history
from core.api.fields import IdField, row_id
from core.api.parsers import StrictJSONParser, StrictMultiPartParser
from core.api.views import ApiViewSet
from core.files.checks import LARGEST
from core.files.downloads import attachment
from core.models import Attachment, Comment, FieldChange
from core.services import attachments, comments
from core.subjects import find

KIND = OpenApiParameter("subject_type", str, required=True, description="Such as crm.customer.")
KEY = OpenApiParameter("subject_id", str, required=True, description="The id of that row.")


class SubjectQuery(serializers.Serializer):
    """The business row that is asked about."""

    subject_type = serializers.CharField(max_length=60)
    subject_id = serializers.CharField(max_length=40)


class CommentRow(serializers.ModelSerializer):
    id = IdField(read_only=True)
    author = serializers.CharField(source="author.username")
    text = serializers.SerializerMethodField()
    mentions = serializers.SerializerMethodField()

    class Meta:
        model = Comment
        fields = (
            "id",
            "subject_type",
            "subject_id",
            "author",
            "text",
            "mentions",
            "created_at",
            "edited_at",
            "removed_at",
        )

    def get_text(self, row: Comment) -> str:
        """Empty once it was removed."""
        return "" if row.removed_at else row.text

    def get_mentions(self, row: Comment) -> list[str]:
        return [] if row.removed_at else [person.username for person in row.mentions.all()]


class CommentAdd(SubjectQuery):
    text = serializers.CharField(max_length=comments.LONGEST, help_text="@name mentions somebody.")


class CommentText(serializers.Serializer):
    text = serializers.CharField(max_length=comments.LONGEST)


class AttachmentRow(serializers.ModelSerializer):
    id = IdField(read_only=True)
    name = serializers.CharField(source="document.name")
    media_type = serializers.CharField(source="document.media_type")
    sha256 = serializers.CharField(source="document.content_id")
    added_by = serializers.CharField(source="added_by.username")

    class Meta:
        model = Attachment
        fields = (
            "id",
            "subject_type",
            "subject_id",
            "name",
            "media_type",
            "sha256",
            "added_by",
            "added_at",
            "removed_at",
        )


class AttachmentAdd(SubjectQuery):
    file = serializers.FileField(max_length=255, help_text="At most 20 MB; judged by its content.")


class FieldChangeLine(serializers.Serializer):
    field = serializers.CharField()
    label = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class FieldChangeRow(serializers.Serializer):
    id = serializers.CharField(source="pk")
    at = serializers.DateTimeField()
    who = serializers.CharField()
    by_system = serializers.BooleanField()
    action = serializers.ChoiceField(choices=FieldChange.Action.choices)
    title = serializers.CharField()
    lines = FieldChangeLine(many=True)


class FieldChangePage(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = FieldChangeRow(many=True)


class AroundViewSet(ApiViewSet):
    """Lists ask for one row, which the caller must see: 404 else."""

    def subject(self) -> Any:
        asked = SubjectQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        named = asked.validated_data
        return find(self.request.user, named["subject_type"], named["subject_id"])


@extend_schema(tags=["comments"])
class CommentViewSet(AroundViewSet):
    """What people say about a row."""

    queryset = Comment.objects.none()
    serializer_class = CommentRow

    @extend_schema(parameters=[KIND, KEY], responses=CommentRow(many=True))
    def list(self, request) -> Response:
        return self.page(comments.comments_of(self.subject()), CommentRow)

    @extend_schema(request=CommentAdd, responses={201: CommentRow})
    def create(self, request) -> Response:
        given = self.checked(CommentAdd, request)
        said = comments.add_comment(**given, actor=request.user)
        return Response(CommentRow(said.comment).data, status=201)

    @extend_schema(responses=CommentRow)
    def retrieve(self, request, pk: str) -> Response:
        return Response(CommentRow(comments.comment_for(request.user, row_id(pk))).data)

    @extend_schema(request=CommentText, responses=CommentRow)
    def partial_update(self, request, pk: str) -> Response:
        """Its author may correct a comment for 15 minutes."""
        given = self.checked(CommentText, request)
        said = comments.edit_comment(comment_id=row_id(pk), text=given["text"], actor=request.user)
        return Response(CommentRow(said.comment).data)

    @extend_schema(responses={204: None})
    def destroy(self, request, pk: str) -> Response:
        """Its place stays, without the text."""
        comments.remove_comment(comment_id=row_id(pk), actor=request.user)
        return Response(status=204)


@extend_schema(tags=["attachments"])
class AttachmentViewSet(AroundViewSet):
    """Files of a row."""

    queryset = Attachment.objects.none()
    serializer_class = AttachmentRow
    parser_classes = (StrictJSONParser, StrictMultiPartParser)
    # The file and a little around it.
    largest_body = LARGEST + settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    @extend_schema(parameters=[KIND, KEY], responses=AttachmentRow(many=True))
    def list(self, request) -> Response:
        return self.page(attachments.attachments_of(self.subject()), AttachmentRow)

    @extend_schema(request={"multipart/form-data": AttachmentAdd}, responses={201: AttachmentRow})
    def create(self, request) -> Response:
        given = self.checked(AttachmentAdd, request)
        file = given["file"]
        if file.size > LARGEST:
            raise ValidationError({"file": [attachments.too_large_text(file.name or "")]})
        added = attachments.attach(
            subject_type=given["subject_type"],
            subject_id=given["subject_id"],
            name=file.name or "",
            content=file.read(),
            actor=request.user,
        )
        return Response(AttachmentRow(added).data, status=201)

    @extend_schema(responses=AttachmentRow)
    def retrieve(self, request, pk: str) -> Response:
        return Response(AttachmentRow(attachments.attachment_for(request.user, row_id(pk))).data)

    @extend_schema(responses={204: None})
    def destroy(self, request, pk: str) -> Response:
        """Take it off; it can be restored."""
        attachments.remove_attachment(attachment_id=row_id(pk), actor=request.user)
        return Response(status=204)

    @extend_schema(request=None, responses=AttachmentRow)
    @action(detail=True, methods=["post"])
    def restore(self, request, pk: str) -> Response:
        restored = attachments.restore_attachment(attachment_id=row_id(pk), actor=request.user)
        return Response(AttachmentRow(restored).data)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True)
    def file(self, request, pk: str) -> Response:
        """The bytes, to save."""
        document = attachments.attachment_for(request.user, row_id(pk)).document
        # The type stands in the row; here it is only bytes.
        return attachment(document.read(), name=document.name, media_type="application/octet-stream")  # type: ignore[return-value]


@extend_schema(tags=["field-changes"])
class FieldChangeViewSet(AroundViewSet):
    """Who changed which field of a row from what to what, newest first, in the caller's language."""

    queryset = FieldChange.objects.none()
    serializer_class = FieldChangeRow

    @extend_schema(operation_id="field_changes_list", parameters=[KIND, KEY], responses=FieldChangePage)
    def list(self, request) -> Response:
        page = self.paginate_queryset(history.changes_of(self.subject()))
        return self.get_paginated_response(FieldChangeRow(history.told(page), many=True).data)
