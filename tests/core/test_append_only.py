"""What is filed or written down stays as it is, whoever tries to change it."""

import pytest
from django.db import DatabaseError, transaction

from core import audit
from core.documents import documents_of, store_document
from core.models import AuditEntry, Document, DocumentContent


@pytest.fixture
def document(cast) -> Document:
    return store_document(
        content=b"%PDF",
        name="a.pdf",
        media_type="application/pdf",
        kind="try",
        actor=cast.rep1,
        subject=cast.rep1,
    )


class TestDocument:
    def test_gives_back_the_same_bytes_and_belongs_to_its_subject(self, document, cast):
        assert document.read() == b"%PDF"
        assert list(documents_of(cast.rep1, kind="try")) == [document]
        assert list(documents_of(cast.rep2)) == []

    def test_the_same_bytes_are_stored_once(self, document, cast):
        other = store_document(
            content=b"%PDF", name="b.pdf", media_type="application/pdf", kind="try", actor=cast.rep1
        )
        assert other.sha256 == document.sha256
        assert DocumentContent.objects.count() == 1

    @pytest.mark.parametrize("change", [lambda rows: rows.update(name="x"), lambda rows: rows.delete()])
    def test_the_database_refuses_to_change_or_delete_it(self, document, change):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            change(Document.objects.filter(pk=document.pk))
        assert Document.objects.get(pk=document.pk).name == "a.pdf"

    def test_the_database_refuses_to_change_the_bytes(self, document):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            DocumentContent.objects.update(content=b"other")
        assert Document.objects.get(pk=document.pk).read() == b"%PDF"


class TestAuditEntry:
    def test_says_who_did_what_to_which_row(self, cast):
        entry = audit.record(cast.rep1, "core.try", cast.rep2, before={"a": 1}, after={"a": 2}, note="weil")
        assert (entry.actor, entry.actor_label) == (cast.rep1, "李雷")
        assert (entry.subject_type, entry.subject_id) == ("core.user", str(cast.rep2.pk))

    @pytest.mark.parametrize("change", [lambda rows: rows.update(note="x"), lambda rows: rows.delete()])
    def test_the_database_refuses_to_change_or_delete_it(self, cast, change):
        entry = audit.record(cast.rep1, "core.try", cast.rep2)
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            change(AuditEntry.objects.filter(pk=entry.pk))
        assert AuditEntry.objects.get(pk=entry.pk).note == ""
