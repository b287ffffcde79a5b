"""Views and columns that people keep of their lists: one's own, shared ones, and what no longer exists."""

from urllib.parse import quote

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse

from core.errors import ApplicationError
from core.models import AuditEntry, ListLayout, SavedView
from core.services.views import change_view, choose_columns, delete_view, open_with, save_view, views_of
from tests.contracts.factory import customer_of

LIST, PATH = "crm:customer-list", "/customers/"


def address(name: str, came_from: str, **keys) -> str:
    return f"{reverse(name, kwargs=keys)}?from={quote(came_from)}"


@pytest.fixture
def rep(signed_in, company):
    return signed_in(company.rep1)


@pytest.fixture
def signed(company):
    return save_view(
        actor=company.rep1,
        list_name=LIST,
        name="已签约",
        query={"status": ["signed"], "order": ["-no"]},
        columns=["name", "source"],
    )


class TestKeeping:
    def test_what_the_list_shows_is_kept_under_a_name_and_opened_again(self, rep, company):
        customer_of(company.rep1, name="甲乙机械有限公司")
        here = f"{PATH}?status=interested&order=-no&after=xx&columns=name,source"
        answer = rep.post(address("list-view-save", here), {"name": "  新客户 "})
        view = SavedView.objects.get()
        assert (view.name, view.owner, view.is_shared) == ("新客户", company.rep1, False)
        assert view.query == {"status": ["interested"], "order": ["-no"]}
        assert view.columns == ["name", "source"]
        shown = rep.get(answer.headers["Location"])
        assert shown.context["view"].views.current == view
        assert not shown.context["view"].views.is_changed
        assert [column.name for column in shown.context["table"].columns] == ["name", "source"]
        other = rep.get(f"{PATH}?status=signed&view={view.pk}")
        assert other.context["view"].views.is_changed

    def test_a_name_is_once_and_not_empty(self, rep, company, signed):
        answer = rep.post(address("list-view-save", PATH), {"name": "已签约"})
        assert answer.status_code == 400
        assert SavedView.objects.count() == 1
        assert rep.post(address("list-view-save", PATH), {"name": " "}).status_code == 400
        with pytest.raises(IntegrityError):
            SavedView.objects.create(
                owner=company.rep1,
                list_name=LIST,
                name="已签约",
                created_at=signed.created_at,
                updated_at=signed.updated_at,
            )

    def test_a_search_longer_than_an_address_is_refused(self, company):
        with pytest.raises(ApplicationError) as refusal:
            save_view(actor=company.rep1, list_name=LIST, name="长", query={"q": ["长" * 5000]})
        assert refusal.value.code == "query_too_long"
        assert not SavedView.objects.exists()

    @pytest.mark.parametrize(
        "elsewhere", ["/inbox/", "/nowhere/", "//evil.example/customers/", "", "https://a.b/"]
    )
    def test_only_lists_have_views(self, rep, elsewhere):
        assert rep.post(address("list-view-save", elsewhere), {"name": "x"}).status_code == 404
        assert not SavedView.objects.exists()

    def test_a_list_one_may_not_see_has_none(self, rep):
        assert rep.get(address("list-view-save", "/people/")).status_code == 403


class TestSharing:
    def test_takes_the_right_and_is_recorded(self, company):
        with pytest.raises(PermissionDenied):
            save_view(actor=company.rep1, list_name=LIST, name="大家", query={}, is_shared=True)
        assert not SavedView.objects.exists()
        view = save_view(actor=company.gm, list_name=LIST, name="大家", query={}, is_shared=True)
        assert AuditEntry.objects.get(action="core.share_view").actor == company.gm
        assert list(views_of(company.rep1, LIST)) == [view]

    def test_a_shared_view_shows_each_their_own_rows(self, rep, company):
        customer_of(company.rep1, name="自己的有限公司")
        customer_of(company.rep3, name="别人的有限公司")
        view = save_view(
            actor=company.gm, list_name=LIST, name="大家", query={"q": ["有限公司"]}, is_shared=True
        )
        text = rep.get(f"{PATH}?q=有限公司&view={view.pk}").content.decode()
        assert "自己的有限公司" in text
        assert "别人的有限公司" not in text

    def test_only_its_owner_changes_it(self, rep, company):
        view = save_view(actor=company.gm, list_name=LIST, name="大家", query={}, is_shared=True)
        for deed in (
            lambda: change_view(view_id=view.pk, actor=company.rep1, name="我的"),
            lambda: delete_view(view_id=view.pk, actor=company.rep1),
        ):
            with pytest.raises(SavedView.DoesNotExist):
                deed()
        assert rep.post(address("list-view-delete", PATH, pk=view.pk)).status_code == 403
        rep.post(address("list-view", PATH, pk=view.pk), {"name": "我的", "is_shared": ""})
        view.refresh_from_db()
        assert (view.name, view.is_shared) == ("大家", True)

    def test_an_unshared_one_of_others_is_not_found(self, rep, company):
        view = save_view(actor=company.gm, list_name=LIST, name="总经理", query={})
        assert rep.get(address("list-view", PATH, pk=view.pk)).status_code == 404
        with pytest.raises(SavedView.DoesNotExist):
            open_with(actor=company.rep1, list_name=LIST, view_id=view.pk)
        assert not ListLayout.objects.exists()


class TestChanging:
    def test_it_takes_over_what_the_list_shows_now(self, rep, signed):
        here = f"{PATH}?status=lost&view={signed.pk}"
        assert "takes_over" in rep.get(address("list-view", here, pk=signed.pk)).context["form"].fields
        rep.post(address("list-view", here, pk=signed.pk), {"name": "流失", "takes_over": "on"})
        signed.refresh_from_db()
        assert (signed.name, signed.query, signed.columns) == ("流失", {"status": ["lost"]}, [])

    def test_renamed_only_it_keeps_its_search(self, rep, signed):
        rep.post(address("list-view", f"{PATH}?status=lost", pk=signed.pk), {"name": "签约客户"})
        signed.refresh_from_db()
        assert (signed.name, signed.query["status"]) == ("签约客户", ["signed"])

    def test_it_is_deleted_and_the_list_opens_as_ever(self, rep, company, signed):
        open_with(actor=company.rep1, list_name=LIST, view_id=signed.pk)
        answer = rep.post(address("list-view-delete", PATH, pk=signed.pk))
        assert answer.headers["Location"] == PATH
        assert not SavedView.objects.exists()
        assert rep.get(PATH).status_code == 200


class TestOpening:
    def test_the_list_opens_with_the_view_and_shows_all_on_demand(self, rep, signed):
        rep.post(address("list-view", PATH, pk=signed.pk), {"name": signed.name, "opens": "on"})
        opened = rep.get(PATH)
        assert opened.status_code == 302
        assert "status=signed" in opened.headers["Location"]
        assert rep.get(f"{PATH}?view=all").status_code == 200
        rep.post(address("list-view", PATH, pk=signed.pk), {"name": signed.name})
        assert rep.get(PATH).status_code == 200

    def test_one_that_is_shared_no_more_is_not_opened(self, rep, company):
        view = save_view(
            actor=company.gm, list_name=LIST, name="大家", query={"status": ["lost"]}, is_shared=True
        )
        open_with(actor=company.rep1, list_name=LIST, view_id=view.pk)
        assert rep.get(PATH).status_code == 302
        change_view(view_id=view.pk, actor=company.gm, is_shared=False)
        assert rep.get(PATH).status_code == 200

    def test_what_an_old_view_names_and_is_no_more_breaks_nothing(self, rep, company):
        view = save_view(
            actor=company.rep1,
            list_name=LIST,
            name="旧",
            query={"gone": ["1"], "status": ["no_such"], "order": ["-gone"]},
            columns=["gone", "no"],
        )
        shown = rep.get(rep.get(f"{PATH}").context["view"].views.all[0].address)
        assert shown.status_code == 200
        assert view.name in shown.content.decode()
        assert [column.name for column in shown.context["table"].columns] == ["name", "no"]
        assert "status" in shown.context["filter"].form.errors


class TestColumns:
    def test_they_are_chosen_ordered_and_taken_back(self, rep, company):
        customer_of(company.rep1, name="甲乙机械有限公司")
        form = rep.get(address("list-columns", PATH))
        offered = {one.name: one for one in form.context["columns"]}
        assert offered["name"].is_fixed
        assert not offered["source"].is_shown
        rep.post(address("list-columns", PATH), {"column": ["source", "name", "no", "hostile"]})
        assert ListLayout.objects.get().columns == ["source", "name", "no"]
        shown = [column.name for column in rep.get(PATH).context["table"].columns]
        assert shown == ["source", "name", "no"]
        lines = b"".join(rep.get(f"{PATH}?export=csv").streaming_content).decode().splitlines()
        assert len(lines[0].split(",")) == 3
        rep.post(address("list-columns", PATH), {"own": "1"})
        assert "source" not in [column.name for column in rep.get(PATH).context["table"].columns]

    def test_everybody_has_their_own(self, rep, company, signed_in):
        choose_columns(actor=company.rep1, list_name=LIST, columns=["name", "no"])
        others = signed_in(company.rep2).get(PATH).context["table"]
        assert len(others.columns) > 2

    def test_load_more_has_the_same(self, company, signed_in, monkeypatch):
        monkeypatch.setattr("crm.views.customers.CustomerList.page_size", 2)
        for number in range(5):
            customer_of(company.rep1, name=f"第{number}机械有限公司")
        choose_columns(actor=company.rep1, list_name=LIST, columns=["name", "no"])
        client = signed_in(company.rep1)
        after = client.get(PATH).context["after"]
        rows = client.get(f"{PATH}?after={after}", headers={"HX-Request": "true"}).content.decode()
        # The box to choose the row, name and number; the line for more spans all three.
        assert rows.split("</tr>")[0].count("<td") == 3
        assert 'colspan="3"' in rows
