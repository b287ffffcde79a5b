"""What people keep of their lists: named views and columns. Nothing here opens a row: a view is an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, clock
from core.constraints import refusing
from core.errors import ApplicationError
from core.models import ListLayout, SavedView, User
from core.permissions import SHARE_VIEWS
from core.rights import require

MOST_VIEWS = 50
MOST_COLUMNS = 60
LONGEST_QUERY = 4000


def views_of(person: User, list_name: str) -> QuerySet[SavedView]:
    """One's own views of a list and those that others share."""
    return SavedView.objects.filter(Q(owner=person) | Q(is_shared=True), list_name=list_name)


@transaction.atomic
def save_view(
    *,
    actor: User,
    list_name: str,
    name: str,
    query: Mapping[str, Sequence[str]],
    columns: Sequence[str] = (),
    is_shared: bool = False,
) -> SavedView:
    """Keep search, filters, order and columns under a name. Sharing it takes the right to share views."""
    if is_shared:
        require(actor, SHARE_VIEWS)
    name = name.strip()
    if not name:
        raise _refused("name", _("Enter a name."), "name_missing")
    if SavedView.objects.filter(owner=actor, list_name=list_name).count() >= MOST_VIEWS:
        text = _("A list keeps up to %(most)s views of yours: delete one first.") % {"most": MOST_VIEWS}
        raise _refused("name", text, "too_many_views")
    with refusing(_refusals()):
        view = SavedView.objects.create(
            list_name=list_name,
            name=name,
            owner=actor,
            is_shared=is_shared,
            query=_clean(query),
            columns=list(columns)[:MOST_COLUMNS],
            created_at=clock.now(),
            updated_at=clock.now(),
        )
    if is_shared:
        audit.record(actor, "core.share_view", view, after={"list": list_name, "name": name})
    return view


@transaction.atomic
def change_view(
    *,
    view_id: int,
    actor: User,
    name: str | None = None,
    is_shared: bool | None = None,
    query: Mapping[str, Sequence[str]] | None = None,
    columns: Sequence[str] | None = None,
) -> SavedView:
    """Rename, share or update a view of one's own; somebody else's raises DoesNotExist."""
    view = SavedView.objects.select_for_update().get(pk=view_id, owner=actor)
    shares = is_shared is not None and is_shared and not view.is_shared
    # What others see is changed by whoever may show them something.
    if shares or (view.is_shared and is_shared is not False):
        require(actor, SHARE_VIEWS)
    if name is not None:
        view.name = name.strip()
        if not view.name:
            raise _refused("name", _("Enter a name."), "name_missing")
    if is_shared is not None:
        view.is_shared = is_shared
    if query is not None:
        view.query = _clean(query)
    if columns is not None:
        view.columns = list(columns)[:MOST_COLUMNS]
    view.updated_at = clock.now()
    with refusing(_refusals()):
        view.save()
    if shares:
        audit.record(actor, "core.share_view", view, after={"list": view.list_name, "name": view.name})
    return view


@transaction.atomic
def delete_view(*, view_id: int, actor: User) -> None:
    """Forget a view of one's own. Lists that opened with it open as they are."""
    SavedView.objects.get(pk=view_id, owner=actor).delete()


def layout_of(person: User, list_name: str) -> ListLayout | None:
    """How a person likes a list, if they ever said so."""
    return ListLayout.objects.select_related("opens_with").filter(person=person, list_name=list_name).first()


def choose_columns(*, actor: User, list_name: str, columns: Sequence[str]) -> None:
    """Show these columns from now on; none for the list's own."""
    ListLayout.objects.update_or_create(
        person=actor, list_name=list_name, defaults={"columns": list(columns)[:MOST_COLUMNS]}
    )


@transaction.atomic
def open_with(*, actor: User, list_name: str, view_id: int | None) -> None:
    """Open the list with this view, which the person must see; None opens it with all rows."""
    if view_id is not None:
        views_of(actor, list_name).get(pk=view_id)
    ListLayout.objects.update_or_create(
        person=actor, list_name=list_name, defaults={"opens_with_id": view_id}
    )


def _clean(query: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    kept = {str(name): [str(value) for value in values] for name, values in query.items()}
    if sum(len(name) + sum(map(len, values)) for name, values in kept.items()) > LONGEST_QUERY:
        raise _refused("name", _("This search is too long to be kept."), "query_too_long")
    return kept


def _refused(field: str, text: str, code: str) -> ApplicationError:
    return ApplicationError(text, code=code, errors={field: [text]})


def _refusals() -> dict[str, ApplicationError]:
    text = gettext_lazy("You have a view of this name already.")
    return {"view_once_per_owner": ApplicationError(text, code="name_taken", errors={"name": [text]})}
