"""Shipped diagrams with decision tables beside them, and ones that call each other."""

from pathlib import Path

import pytest

from core.errors import ApplicationError
from tests.workflows.running import Hand, text_of
from tests.workflows.test_called_processes import credit, order
from tests.workflows.test_decision_tables import GOOD, selling
from workflows import checks, services
from workflows.engine import DefinitionError
from workflows.models import ProcessDefinition
from workflows.services import shipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder of shipped diagrams of one's own."""
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    (tmp_path / "sales").mkdir()
    return tmp_path / "sales"


def ships(folder: Path, **drawings) -> None:
    """ships(folder, a_file=drawing): the names of the files decide in which order they are found."""
    for name, drawing in drawings.items():
        (folder / f"{name}.bpmn").write_text(text_of(drawing))


def published() -> list[str]:
    return [str(version) for version in services.publish_shipped()]


class TestTables:
    def test_a_table_beside_the_diagram_is_published_with_it(self, folder, cast):
        ships(folder, selling=selling())
        (folder / "discount.dmn").write_text(GOOD)
        assert published() == ["selling 1"]
        version = ProcessDefinition.objects.get().current_version
        assert version.decisions == {"discount": GOOD}
        assert Hand.start("selling", cast.rep1).do("ask", cast.rep1, amount=5000).names == ["look"]

    def test_a_changed_table_makes_a_new_version_once(self, folder, cast):
        ships(folder, selling=selling())
        (folder / "discount.dmn").write_text(GOOD)
        published()
        (folder / "discount.dmn").write_text(GOOD.replace("0.1", "0.2"))
        assert published() == ["selling 2"]
        assert published() == []

    def test_a_table_it_does_not_ask_is_no_part_of_it(self, folder, cast):
        ships(folder, selling=selling())
        (folder / "discount.dmn").write_text(GOOD)
        published()
        (folder / "other.dmn").write_text(GOOD)
        assert published() == []

    def test_a_missing_table_stops_the_program_with_its_name(self, folder, cast):
        ships(folder, selling=selling())
        found = checks.check_shipped_diagrams(None)
        assert "sales/selling.bpmn, rate" in found[0].msg
        assert "discount" in found[0].msg
        (folder / "discount.dmn").write_text(GOOD)
        assert checks.check_shipped_diagrams(None) == []


class TestCalls:
    def test_what_is_called_is_published_first_whatever_the_files_are_called(self, folder, cast):
        ships(folder, a=order(), z=credit(operation="tests.charge"))
        assert checks.check_shipped_diagrams(None) == []
        assert published() == ["credit 1", "order 1"]
        assert published() == []
        assert ProcessDefinition.objects.get(key="order").allowed_operations == ["tests.charge"]
        hand = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
        assert hand.do("check/assess", cast.finance, score=3).names == ["ship"]

    def test_a_new_version_of_what_is_called_is_called_from_then_on(self, folder, cast):
        ships(folder, a=order(), z=credit())
        published()
        ships(folder, z=credit(step="assess_anew"))
        assert published() == ["credit 2", "order 2"]
        hand = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
        assert hand.names == ["check/assess_anew"]

    def test_what_the_company_made_of_it_changes_no_caller_by_a_restart(self, folder, cast):
        ships(folder, a=order(), z=credit())
        published()
        services.import_bpmn(bpmn=text_of(credit(step="own")).encode(), actor=cast.admin)
        cast.boss.is_superuser = True
        services.publish_draft(definition_key="credit", actor=cast.boss)
        assert published() == []
        hand = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
        assert hand.names == ["check/assess"]

    def test_nor_grants_it_what_the_company_drew_into_what_is_called(self, folder, cast):
        ships(folder, a=order(), z=credit())
        published()
        services.set_allowed_operations(
            definition_key="credit", operations=["tests.charge"], actor=cast.admin
        )
        own = text_of(credit(operation="tests.charge"))
        services.import_bpmn(bpmn=own.encode(), actor=cast.admin)
        cast.boss.is_superuser = True
        services.publish_draft(definition_key="credit", actor=cast.boss)
        (folder / "a.bpmn").write_text(text_of(order()) + "\n")
        assert published() == [], "the call leads to an operation that was never granted to it"
        definition = ProcessDefinition.objects.get(key="order")
        assert (definition.allowed_operations, definition.current_version.number) == ([], 1)

    def test_processes_that_call_each_other_in_a_circle_are_refused(self, folder, cast):
        ships(folder, a=order(called="order2"))
        (folder / "b.bpmn").write_text(text_of(order(called="order")).replace('id="order"', 'id="order2"'))
        assert {one.id for one in checks.check_shipped_diagrams(None)} == {"workflows.unknown_process"}
        with pytest.raises((DefinitionError, ApplicationError)):
            published()
        assert not ProcessDefinition.objects.exists()
