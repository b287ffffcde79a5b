"""Two versions side by side: the pictures move together, a sentence leads to its place, axe finds nothing."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from workflows.models import ProcessDefinition
from workflows.services import save_draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
AT = "/processes/contract_lifecycle/"
DIFFERENCE = f"{AT}versions/1/diff/draft/"


@pytest.fixture
def drawn(company, office) -> None:
    """The director's draft: a longer deadline, and only the general manager's approval leads higher."""
    used = ProcessDefinition.objects.get(key="contract_lifecycle").current_version
    bpmn = used.bpmn.replace('<flow:due in="P1D"/>', '<flow:due in="P2D"/>', 1)
    bpmn = bpmn.replace("appraisal.panel or appraisal.gm", "appraisal.gm")
    save_draft(
        definition_key="contract_lifecycle",
        bpmn=bpmn,
        revision=0,
        actor=company.admin,
        decisions=used.decisions,
    )


def viewbox(page, side: int) -> list[float]:
    """What is seen of a picture: its zoom in percent, and where it stands."""
    matrix = page.locator(".one-side svg > g.viewport").nth(side).get_attribute("transform")
    scale, *_turns, left, top = (float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", matrix))
    return [scale * 100, left, top]


def together(page) -> bool:
    """Whether both pictures show the same, to a point."""
    return viewbox(page, 0) == pytest.approx(viewbox(page, 1), abs=1)


@pytest.mark.parametrize(("language", "options"), [("zh", {}), ("en", {"theme": "dark"})])
def test_a_sentence_leads_both_pictures_to_its_place(open_window, drawn, complaints, language, options):
    page = open_window("admin", language=language, **options)
    page.goto(page.url.replace("/inbox/", DIFFERENCE))
    page.wait_for_selector("[data-diagram='difference'][data-ready]")
    assert page.locator(".changes li").count() == 2
    assert page.locator(".djs-element.is-changed").count() == 4
    assert page.locator(".dia-badge .changed").all_inner_texts() == ["≠"] * 4
    page.locator("[data-shows]").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".djs-element.is-shown")).to_have_count(2)
    assert together(page)
    before = viewbox(page, 0)
    page.click("[data-zoom='in']")
    assert before[0] < viewbox(page, 0)[0]
    assert together(page)
    assert violations(page) == []
    page.goto(page.url.replace("versions/1/diff/draft/", "publish/"))
    assert violations(page) == []
    assert page.evaluate("window.__breaches") == []
    assert complaints == []


def test_on_the_phone_one_stands_below_the_other(open_window, drawn, complaints):
    page = open_window("admin", language="zh", phone=True)
    page.goto(page.url.replace("/inbox/", DIFFERENCE))
    page.wait_for_selector("[data-diagram='difference'][data-ready]")
    first, second = (page.locator(".one-side").nth(number).bounding_box() for number in (0, 1))
    assert first["x"] == second["x"]
    assert second["y"] >= first["y"] + first["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert violations(page) == []
    assert complaints == []
