"""One's own star on a process: it stands first where one starts processes."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.status import HTTP_204_NO_CONTENT

from core.api.views import ApiView
from workflows.services import set_favourite


@extend_schema(tags=["process definitions"])
class FavouriteView(ApiView):
    """The caller's favourites; those of others are nobody's business."""

    @extend_schema(operation_id="process_definitions_favourite", request=None, responses={204: None})
    def put(self, request, key: str) -> Response:
        """Put a star on a process that one may start."""
        set_favourite(definition_key=key, actor=request.user, is_favourite=True)
        return Response(status=HTTP_204_NO_CONTENT)

    @extend_schema(operation_id="process_definitions_no_favourite", responses={204: None})
    def delete(self, request, key: str) -> Response:
        """Take the star away."""
        set_favourite(definition_key=key, actor=request.user, is_favourite=False)
        return Response(status=HTTP_204_NO_CONTENT)
