"""Who follows a row: what the button in its header shows."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest

from core import following
from core.models import Follow
from core.subjects import reference


def standing(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """Who follows: the header's button, in one question."""
    kind, pk = reference(subject)
    owner = following.owner_of(subject)
    counted = Follow.objects.filter(subject_type=kind, subject_id=pk).aggregate(
        count=Count("pk"), mine=Count("pk", filter=Q(person=request.user.pk))
    )
    return {
        "subject_type": kind,
        "subject_id": pk,
        "followed": bool(counted["mine"]),
        "followers": counted["count"],
        "is_owner": owner is not None and owner.pk == request.user.pk,
    }
