"""The house with one more app in it, for the length of a test."""

import importlib
import sys
from copy import copy
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import override_settings

from core import history, navigation, rights, subjects
from core.models import Department
from tests.permissions.people import create_asking

APP = "tests.new_entity.fairs"
# What an app makes known of itself, and where the house writes it down.
REGISTERS = {
    "permissions": (rights, "_declared"),
    "navigation": (navigation, "_entries"),
    "subject_kinds": (subjects, "_kinds"),
    "tracked": (history, "_tracked"),
}


@pytest.fixture(autouse=True)
def _house_with_fairs(db, monkeypatch):
    """Installed as an app of INSTALLED_APPS is; afterwards the house is what it was."""
    again = [name for name in REGISTERS if f"{APP}.{name}" in sys.modules]
    for module, register in REGISTERS.values():
        monkeypatch.setattr(module, register, copy(getattr(module, register)))
    installed = override_settings(
        INSTALLED_APPS=[*settings.INSTALLED_APPS, APP], ROOT_URLCONF="tests.new_entity.urls"
    )
    with installed:
        for name in again:
            importlib.reload(sys.modules[f"{APP}.{name}"])
        _create_tables()
        yield


def _create_tables() -> None:
    """Within the test's transaction, which takes them away again."""
    from tests.new_entity.fairs.migrations import __name__ as migrations

    with connection.schema_editor() as editor:
        editor.create_model(apps.get_model("fairs.Fair"))
    tracking = importlib.import_module(f"{migrations}.0002_history_of_fields")
    with connection.cursor() as cursor:
        for operation in tracking.Migration.operations:
            cursor.execute(operation.sql)


@pytest.fixture
def asking(_house_with_fairs, cast) -> dict:
    """stranger, reader, other, allowed: made of all rights there are, so of those about fairs too."""
    return create_asking()


@pytest.fixture
def people(asking) -> SimpleNamespace:
    return SimpleNamespace(**asking, sales=Department.objects.get(code="sales1"))


@pytest.fixture
def fairs(people) -> SimpleNamespace:
    """Three fairs of the fourth, who may do everything."""
    from tests.new_entity.fairs.services import create_fair

    def enter(name, city, starts_on, budget, state="planned"):
        fields = {"name": name, "city": city, "starts_on": starts_on, "budget": budget, "state": state}
        return create_fair(fields=fields, actor=people.allowed)

    return SimpleNamespace(
        tools=enter("中国国际机床展", "北京", "2027-04-12", "180000"),
        plastics=enter("国际橡塑展", "上海", "2027-05-20", "96000.50", "booked"),
        industry=enter("工业博览会", "上海", "2026-09-15", "250000", "over"),
    )
