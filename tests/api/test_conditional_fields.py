"""The API tells on which condition a field is shown, and takes nothing for one that is not."""

import pytest

from tests.pages.test_conditional_fields import begun, spending
from workflows.models import ProcessInstance

pytestmark = pytest.mark.django_db
__all__ = ["spending"]


def test_the_form_tells_the_condition(cast, as_, spending):
    item = begun(cast)
    form = as_("finance").read(f"work-items/{item.pk}/form/").json()
    assert {one["id"]: (one["shown_if"], one["shown"]) for one in form["fields"]} == {
        "amount": (None, True),
        "agreed": (None, True),
        "note": ("amount > 50 and not agreed", True),
        "note_on": ("not empty(note)", False),
    }


def test_nothing_is_taken_for_what_is_not_shown(cast, as_, spending):
    item, caller = begun(cast), as_("finance")
    caller.send("POST", f"work-items/{item.pk}/claim/")
    deed = f"work-items/{item.pk}/complete/"
    wrong = caller.send("POST", deed, {"data": {"agreed": False}})
    assert (wrong.status_code, set(wrong.json()["errors"])) == (400, {"note"})
    done = caller.send("POST", deed, {"data": {"agreed": True, "note": "x"}})
    assert done.status_code == 200, done.content
    assert "note" not in ProcessInstance.objects.get().state["vars"]
