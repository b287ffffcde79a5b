"""What a new version asks for before it starts."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

from core import presence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_marks")]


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("upgrade_check", *arguments, stdout=out)
    return out.getvalue()


def newest(app: str):
    return MigrationRecorder.Migration.objects.filter(app=app).order_by("-name").first()


def test_nothing_is_asked_for_when_all_is_applied():
    assert "Nothing has to be migrated" in said("--require-current")


def test_what_is_missing_is_named_with_the_order_and_the_way_back():
    last = newest("core")
    last.delete()
    text = said()
    assert f"  core.{last.name}\n" in text
    order = [
        text.index(word)
        for word in ("manage.py backup", "stop beat", "manage.py migrate", "load_reference", "start web")
    ]
    assert order == sorted(order)
    assert f"  manage.py migrate core {newest('core').name}" in text
    with pytest.raises(CommandError, match="behind"):
        said("--require-current")


def test_what_cannot_be_undone_is_marked(monkeypatch):
    from config.management.commands import upgrade_check

    newest("core").delete()
    monkeypatch.setattr(upgrade_check, "is_reversible", lambda migration: False)
    text = said()
    assert "(no way back but the backup)" in text
    assert "manage.py migrate core" not in text
    assert "restore the backup with the former program" in text


def test_who_is_running_is_told():
    newest("core").delete()
    presence.note([presence.BEAT])
    assert "Running now: beat." in said()


def test_a_program_older_than_its_database_is_stopped():
    MigrationRecorder.Migration.objects.create(app="core", name="9999_from_the_future")
    with pytest.raises(CommandError, match=r"newer than this program: core\.9999_from_the_future"):
        said()
