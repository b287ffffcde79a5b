"""Contract templates: read, drafted, checked, published. Services are the gate."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from contracts.api import template_serializers as s
from contracts.api.serializers import Reason
from contracts.models import ContractTemplate
from contracts.services import templates
from contracts.services.template_preview import preview_pages, preview_pdf
from contracts.services.template_texts import faults_of
from core.api.fields import row_id
from core.api.views import ApiViewSet
from core.files.downloads import attachment
from core.rights import require

PDF = {(200, "application/pdf"): OpenApiTypes.BINARY}
VIEW = "contracts.view_contract"


@extend_schema(tags=["contracts"])
class TemplateViewSet(ApiViewSet):
    """The texts that contracts are made of: each version one row."""

    queryset = ContractTemplate.objects.none()
    serializer_class = s.TemplateRow

    @extend_schema(parameters=[s.TemplateQuery], responses=s.TemplateRow(many=True))
    def list(self, request) -> Response:
        require(request.user, VIEW)
        return self.page(ContractTemplate.objects.filter(**self.asked(s.TemplateQuery)), s.TemplateRow)

    @extend_schema(responses=s.TemplateDetail)
    def retrieve(self, request, pk: str) -> Response:
        require(request.user, VIEW)
        return Response(_detail(row_id(pk)))

    @extend_schema(request=s.NewTemplate, responses={201: s.TemplateDetail})
    def create(self, request) -> Response:
        """A new template as a draft: empty, or with the texts of another one."""
        fields = self.checked(s.NewTemplate, request)
        template = templates.create_template(
            source_id=fields.pop("source", None), actor=request.user, **fields
        )
        return Response(_detail(template.pk), status=HTTP_201_CREATED)

    @extend_schema(request=s.TemplateChanges, responses=s.TemplateDetail)
    def partial_update(self, request, pk: str) -> Response:
        """Change a draft as it was read; 409 says who changed it meanwhile, or that it is published."""
        fields = self.checked(s.TemplateChanges, request)
        templates.save_template(
            template_id=row_id(pk),
            revision=fields.pop("revision"),
            clauses=fields.pop("clauses", None),
            fields=fields,
            actor=request.user,
        )
        return Response(_detail(row_id(pk)))

    @extend_schema(request=None, responses={201: s.TemplateDetail})
    @action(detail=True, methods=["post"])
    def draft(self, request, pk: str) -> Response:
        """The draft of the next version, with the texts of this one; 409 if there is a draft already."""
        draft = templates.draft_template(template_id=row_id(pk), actor=request.user)
        return Response(_detail(draft.pk), status=HTTP_201_CREATED)

    @extend_schema(request=s.TemplatePublishing, responses=s.TemplateDetail)
    @action(detail=True, methods=["post"])
    def publish(self, request, pk: str) -> Response:
        """New contracts are drafted from it, and the version before it retires; 400 names everything that it lacks."""
        fields = self.checked(s.TemplatePublishing, request)
        templates.publish_template(template_id=row_id(pk), actor=request.user, **fields)
        return Response(_detail(row_id(pk)))

    @extend_schema(request=s.TemplateDiscarding, responses={204: None})
    @action(detail=True, methods=["post"])
    def discard(self, request, pk: str) -> Response:
        """Throw a draft away; published versions stay."""
        fields = self.checked(s.TemplateDiscarding, request)
        templates.discard_template(template_id=row_id(pk), actor=request.user, **fields)
        return Response(status=HTTP_204_NO_CONTENT)

    @extend_schema(request=Reason, responses=s.TemplateDetail)
    @action(detail=True, methods=["post"])
    def retire(self, request, pk: str) -> Response:
        """Nothing new is drafted from it; contracts keep their text."""
        reason = self.checked(Reason, request)["reason"]
        templates.retire_template(template_id=row_id(pk), reason=reason, actor=request.user)
        return Response(_detail(row_id(pk)))

    @extend_schema(parameters=[s.PaperQuery], responses=s.TemplateCheck)
    @action(detail=True, methods=["get"])
    def check(self, request, pk: str) -> Response:
        """What keeps a draft from being published."""
        require(request.user, VIEW)
        template = ContractTemplate.objects.get(pk=row_id(pk))
        pages, refused = preview_pages(template, **self.asked(s.PaperQuery))
        found = {
            "revision": template.revision,
            "pages": pages,
            "refused": refused,
            "faults": faults_of(template),
        }
        return Response(s.TemplateCheck(found).data)

    @extend_schema(parameters=[s.PaperQuery], responses=PDF)
    @action(detail=True, methods=["get"])
    def pdf(self, request, pk: str):
        """The template on a made-up contract."""
        require(request.user, VIEW)
        template = ContractTemplate.objects.get(pk=row_id(pk))
        content = preview_pdf(template, **self.asked(s.PaperQuery))
        return attachment(content, name=f"{template}.pdf", media_type="application/pdf")


def _detail(pk: int):
    return s.TemplateDetail(ContractTemplate.objects.prefetch_related("clauses").get(pk=pk)).data
