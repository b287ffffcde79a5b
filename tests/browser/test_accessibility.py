"""The main pages break no rule that axe knows, in light and dark, at a desk and on the phone."""

from pathlib import Path

import pytest

from tests.browser.chromium import settled

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page) -> list[str]:
    """What axe finds, one line each: the rule, how many, and the first place."""
    # Evaluated, not added as a script element: the policy of the page stays as it is.
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{one['id']} x{len(one['nodes'])}: {one['nodes'][0]['target']} {one['nodes'][0]['html'][:160]}"
        for one in found["violations"]
    ]


def addresses(office) -> dict[str, str]:
    item = office.item(office.overdue)
    return {
        "inbox": "/inbox/",
        "task": f"/inbox/{item.pk}/?box=mine",
        "task diagram": f"/inbox/{item.pk}/?box=mine&tab=diagram",
        "case": f"/cases/{item.instance_id}/",
        "customers": "/customers/",
        "contracts": "/contracts/",
    }


@pytest.mark.parametrize(
    ("language", "phone", "theme"),
    # At a desk every page is looked at by test_every_page.
    [
        pytest.param("zh", False, "light", marks=pytest.mark.long),
        pytest.param("zh", False, "dark", marks=pytest.mark.long),
        ("en", True, "light"),
    ],
    ids=["wide light", "wide dark", "phone"],
)
def test_the_main_pages_have_no_violation(open_window, office, language, phone, theme):
    page = open_window("manager1", language=language, phone=phone, theme=theme)
    base = page.url.split("/inbox")[0]
    found = {}
    for name, address in addresses(office).items():
        page.goto(base + address)
        settled(page)
        found[name] = violations(page)
    assert found == {name: [] for name in found}


def test_the_sign_in_page_has_no_violation(browser, live_server, office):
    page = browser.new_page(locale="zh-CN")
    page.goto(f"{live_server.url}/account/login/")
    settled(page)
    found = violations(page)
    page.close()
    assert found == []
