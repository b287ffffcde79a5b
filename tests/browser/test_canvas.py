"""On the canvas: ways go around what stands in between, those bent by hand stay, and the search knows both languages."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)
# Shapes beside a flow's ends that its way goes through.
THROUGH = """(id) => {
  const { source, target, waypoints } = editor.element(id);
  const shapes = editor.elements().filter((one) => !one.waypoints && !one.host
    && one.parent === source.parent && one !== source && one !== target);
  return waypoints.slice(1).flatMap((to, at) => shapes.filter((one) => {
    const from = waypoints[at];
    return Math.min(from.x, to.x) < one.x + one.width && Math.max(from.x, to.x) > one.x
      && Math.min(from.y, to.y) < one.y + one.height && Math.max(from.y, to.y) > one.y;
  })).map((one) => one.id);
}"""
CONNECT = "([from, to]) => editor.get('modeling').connect(editor.element(from), editor.element(to)).id"
# To the middle of the left side.
RECONNECT = """([id, to]) => { const { x, y, height } = editor.element(to);
  editor.get('modeling').reconnectEnd(editor.element(id), editor.element(to), { x, y: y + height / 2 }); }"""
MOVE = "([id, x, y]) => editor.get('modeling').moveElements([editor.element(id)], { x, y })"
BEND = "([id, points]) => editor.get('modeling').updateWaypoints(editor.element(id), points)"
ALL = (
    "editor.elements().map(({ id, x, y, waypoints }) => [id, x, y, waypoints?.map((one) => [one.x, one.y])])"
)
# A way round to the right, as no program lays it.
BENT = [(1615, 730), (1615, 755), (1648, 755), (1648, 785), (1615, 785), (1615, 815)]
WAYPOINTS = "(id) => editor.element(id).waypoints.map(({ x, y }) => ({ x, y }))"


def test_a_way_goes_around_what_stands_in_between_and_one_undo_takes_it_back(open_editor, complaints):
    page = open_editor("en")
    before = page.evaluate(ALL)
    made = page.evaluate(CONNECT, ["draft_contract", "contract_voided"])
    assert page.evaluate(THROUGH, made) == []
    page.click("[data-deed='undo']")
    assert page.evaluate(ALL) == before
    # Given to another step, and pulled along by one that moves.
    page.evaluate(RECONNECT, ["to_seal", "gm_review"])
    assert page.evaluate(THROUGH, "to_seal") == []
    page.click("[data-deed='undo']")
    page.evaluate(MOVE, ["reject_by_finance", 0, -150])
    for flow in ("finance_rejects", "rejected_finance"):
        assert page.evaluate(THROUGH, flow) == []
    page.click("[data-deed='undo']")
    assert page.evaluate(ALL) == before
    # An end that a person draws to another side of its shape stays there.
    page.evaluate(RECONNECT, ["gm_agrees", "approve_contract"])
    assert page.evaluate(WAYPOINTS, "gm_agrees")[-1]["x"] == 2780
    # Bent by hand: whoever did so wants it there.
    bent = [{"x": x, "y": y} for x, y in BENT]
    page.evaluate(BEND, ["finance_agrees", bent])
    page.evaluate(MOVE, ["choose_appraisal", 0, 20])
    assert page.evaluate(WAYPOINTS, "finance_agrees") == [*bent[:-1], {"x": 1615, "y": 835}]
    page.evaluate("editor.isChanged = false")
    assert complaints == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("language", "shown", "other"),
    [("en", "Finance review", "财务审核"), ("zh", "财务审核", "Finance review")],
)
def test_the_search_finds_names_of_both_languages_and_ids(open_editor, language, shown, other):
    page = open_editor(language)
    page.keyboard.press("Control+f")
    for asked in (shown, other, "finance_rev"):
        page.fill(".djs-search-input input", asked)
        first = page.locator(".djs-search-result").first
        expect(first).to_have_text(f"{shown}{other} · finance_review")
    page.press(".djs-search-input input", "Enter")
    assert page.evaluate("editor.selected.id") == "finance_review"
