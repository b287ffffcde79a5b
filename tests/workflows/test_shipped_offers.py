"""What the program newly brings about a process that the company has made its own."""

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, Notification
from tests.workflows.running import Hand, text_of
from tests.workflows.test_called_processes import credit
from tests.workflows.test_shipped_processes import folder, ships  # noqa: F401 - a fixture
from workflows import services
from workflows.models import ProcessDefinition, ProcessDraft, ShippedOffer

pytestmark = pytest.mark.django_db
OWN, NEWER, NEWEST = (text_of(credit(step=step)) for step in ("own", "newer", "newest"))


@pytest.fixture
def changed(folder, cast) -> ProcessDefinition:
    """A shipped process of which the company has published its own version."""
    ships(folder, z=credit())
    services.publish_shipped()
    services.import_bpmn(bpmn=OWN.encode(), actor=cast.admin)
    cast.boss.is_superuser = True
    services.publish_draft(definition_key="credit", actor=cast.boss)
    return ProcessDefinition.objects.get(key="credit")


def upgrade(folder, text: str) -> None:
    (folder / "z.bpmn").write_text(text)
    services.publish_shipped()


def offer() -> ShippedOffer | None:
    return ShippedOffer.objects.first()


class TestOffering:
    def test_nothing_is_offered_while_nothing_is_newer(self, changed, folder):
        services.publish_shipped()
        assert offer() is None

    def test_a_newer_one_is_offered_and_not_put_in_place(self, changed, folder, cast):
        upgrade(folder, NEWER)
        changed.refresh_from_db()
        assert changed.current_version.number == 2
        assert "own" in changed.current_version.bpmn
        assert "newer" not in changed.current_version.bpmn
        assert (offer().status, offer().bpmn) == ("open", NEWER)
        assert not ProcessDraft.objects.exists()

    def test_whoever_may_publish_is_told_once(self, changed, folder, cast):
        upgrade(folder, NEWER)
        services.publish_shipped()
        told = Notification.objects.filter(kind="process.offered")
        assert cast.admin.pk in told.values_list("person", flat=True)
        assert told.count() == len({one.person_id for one in told})
        assert cast.rep1.pk not in told.values_list("person", flat=True)

    def test_what_nobody_changed_is_published_as_before(self, folder, cast):
        ships(folder, z=credit())
        services.publish_shipped()
        upgrade(folder, NEWER)
        assert ProcessDefinition.objects.get().current_version.bpmn == NEWER
        assert offer() is None

    def test_an_offer_that_the_company_already_runs_goes(self, changed, folder, cast):
        upgrade(folder, NEWER)
        services.import_bpmn(bpmn=NEWER.encode(), actor=cast.admin)
        ProcessDraft.objects.update(bpmn=NEWER)
        services.publish_draft(definition_key="credit", actor=cast.boss)
        services.publish_shipped()
        assert offer() is None


class TestDeciding:
    def test_it_becomes_the_draft_and_running_cases_go_on(self, changed, folder, cast):
        hand = Hand.start("credit", cast.admin, data={"amount": 5})
        upgrade(folder, NEWER)
        draft = services.take_offer(
            definition_key="credit", checksum=offer().checksum, revision=0, actor=cast.admin
        )
        assert draft.bpmn == NEWER
        assert offer().status == "taken"
        assert hand.names == ["own"]
        assert AuditEntry.objects.filter(action="workflows.take_shipped_offer", actor=cast.admin).exists()
        with pytest.raises(ApplicationError, match="另一位"):
            services.publish_draft(definition_key="credit", actor=cast.admin)
        services.publish_shipped()
        assert offer().status == "taken", "asked and answered"

    def test_not_now_is_remembered_until_the_next_newer_one(self, changed, folder, cast):
        upgrade(folder, NEWER)
        services.decline_offer(definition_key="credit", checksum=offer().checksum, actor=cast.admin)
        services.publish_shipped()
        assert offer().status == "declined"
        assert AuditEntry.objects.filter(action="workflows.decline_shipped_offer").exists()
        upgrade(folder, NEWEST)
        assert (offer().status, offer().bpmn, offer().decided_by) == ("open", NEWEST, None)

    def test_a_draft_of_somebody_else_is_not_lost_unasked(self, changed, folder, cast):
        upgrade(folder, NEWER)
        services.import_bpmn(bpmn=OWN.encode(), actor=cast.boss)
        asked = {"definition_key": "credit", "checksum": offer().checksum, "revision": 1, "actor": cast.admin}
        with pytest.raises(Conflict):
            services.take_offer(**asked)
        assert ProcessDraft.objects.get().updated_by == cast.boss
        assert services.take_offer(**asked, replace=True).bpmn == NEWER

    def test_what_was_decided_meanwhile_is_told(self, changed, folder, cast):
        upgrade(folder, NEWER)
        seen = offer().checksum
        upgrade(folder, NEWEST)
        with pytest.raises(Conflict):
            services.take_offer(definition_key="credit", checksum=seen, revision=0, actor=cast.admin)
        services.decline_offer(definition_key="credit", checksum=offer().checksum, actor=cast.admin)
        with pytest.raises(Conflict):
            services.decline_offer(definition_key="credit", checksum=offer().checksum, actor=cast.admin)

    def test_others_are_refused(self, changed, folder, cast):
        upgrade(folder, NEWER)
        mark = offer().checksum
        ProcessDefinition.objects.update(start_roles=["rep"])
        with pytest.raises(PermissionDenied):
            services.take_offer(definition_key="credit", checksum=mark, revision=0, actor=cast.rep1)
        with pytest.raises(PermissionDenied):
            services.decline_offer(definition_key="credit", checksum=mark, actor=cast.rep1)
        assert offer().status == "open"


class TestPages:
    def test_it_stands_on_the_list_and_the_process_with_its_difference(self, changed, folder, cast, client):
        upgrade(folder, NEWER)
        client.force_login(cast.admin)
        assert "有新版可用" in client.get("/processes/").content.decode()
        assert "/processes/credit/shipped/" in client.get("/processes/credit/").content.decode()
        page = client.get("/processes/credit/shipped/").content.decode()
        assert "评估" in page
        assert "据此生成草稿" in page
        answer = client.post("/processes/credit/shipped/decline/")
        assert answer.status_code == 302
        assert "/processes/credit/shipped/" not in client.get("/processes/credit/").content.decode()
        assert client.get("/processes/credit/shipped/take/").status_code == 404

    def test_whoever_neither_draws_nor_publishes_sees_none_of_it(self, changed, folder, cast, client):
        upgrade(folder, NEWER)
        ProcessDefinition.objects.update(start_roles=["rep"])
        client.force_login(cast.rep1)
        assert "shipped" not in client.get("/processes/credit/").content.decode()
        assert client.get("/processes/credit/shipped/").status_code == 403
