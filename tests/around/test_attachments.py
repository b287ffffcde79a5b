"""Files of a row: who may bring, see, take off and put back."""

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.errors import Conflict
from core.models import Attachment, AuditEntry, Document, DocumentContent
from core.services import attachments
from core.services.attachments import attach, remove_attachment, restore_attachment
from tests.around.test_files import picture

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a contract"


def bring(customer, actor, name="合同.pdf", content=PDF):
    return attach(
        subject_type="crm.customer", subject_id=str(customer.pk), name=name, content=content, actor=actor
    )


class TestBringing:
    def test_a_file_is_filed_for_good(self, company, customer):
        found = bring(customer, company.manager1)
        assert found.document.read() == PDF
        assert (found.document.name, found.added_by) == ("合同.pdf", company.manager1)

    def test_a_stranger_brings_nothing(self, company, customer):
        with pytest.raises(ObjectDoesNotExist):
            bring(customer, company.rep3)
        assert not Attachment.objects.exists()
        assert not DocumentContent.objects.filter(size=len(PDF)).exists()

    def test_the_same_file_twice_is_refused(self, company, customer):
        bring(customer, company.rep1)
        with pytest.raises(Conflict) as refused:
            bring(customer, company.rep1, name="合同（副本）.pdf")
        assert refused.value.code == "already_there"
        assert Attachment.objects.count() == 1

    def test_a_row_has_room_for_a_hundred(self, company, customer, monkeypatch):
        monkeypatch.setattr(attachments, "MOST", 2)
        bring(customer, company.rep1, content=b"%PDF-1")
        bring(customer, company.rep1, content=b"%PDF-2")
        with pytest.raises(Conflict) as refused:
            bring(customer, company.rep1, content=b"%PDF-3")
        assert refused.value.code == "full"
        assert Attachment.objects.count() == 2


class TestTakingOff:
    def test_the_adder_takes_off_and_puts_back(self, company, customer):
        found = bring(customer, company.manager1)
        remove_attachment(attachment_id=found.pk, actor=company.manager1)
        assert not attachments.attachments_of(customer).exists()
        restore_attachment(attachment_id=found.pk, actor=company.manager1)
        assert attachments.attachments_of(customer).get() == found
        deeds = AuditEntry.objects.filter(action__contains="attachment").values_list("action", flat=True)
        assert sorted(deeds) == ["core.remove_attachment", "core.restore_attachment"]

    def test_the_owner_of_the_row_may_too_and_others_may_not(self, company, customer):
        found = bring(customer, company.manager1)
        with pytest.raises(PermissionDenied):
            remove_attachment(attachment_id=found.pk, actor=company.director)
        assert Attachment.objects.get().removed_at is None
        remove_attachment(attachment_id=found.pk, actor=company.rep1)
        assert Attachment.objects.get().removed_by == company.rep1
        # Whoever may not put it back does not find it any more.
        with pytest.raises(ObjectDoesNotExist):
            attachments.attachment_for(company.director, found.pk)


class TestPages:
    def send(self, client, customer, *files):
        url = reverse("attachment-add", args=["crm.customer", customer.pk])
        return client.post(url, {"files": [SimpleUploadedFile(name, content) for name, content in files]})

    def test_several_at_once_and_a_bad_one_does_not_hold_up_the_others(self, company, customer, client):
        client.force_login(company.rep1)
        answer = self.send(client, customer, ("a.pdf", PDF), ("b.exe", b"MZ"), ("c.png", picture()))
        assert answer.status_code == 302
        assert sorted(Document.objects.filter(kind="attachment").values_list("name", flat=True)) == [
            "a.pdf",
            "c.png",
        ]
        page = client.get(answer.headers["Location"]).content.decode()
        assert "b.exe" in page

    def test_a_file_is_saved_and_never_opened_as_a_page(self, company, customer, client):
        found = bring(customer, company.rep1)
        client.force_login(company.rep1)
        answer = client.get(reverse("attachment-file", args=[found.pk]))
        assert answer.content == PDF
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]

    def test_a_picture_is_shown_as_we_drew_it(self, company, customer, client):
        found = bring(customer, company.rep1, name="名片.png", content=picture(size=(900, 500)))
        client.force_login(company.rep1)
        answer = client.get(reverse("attachment-preview", args=[found.pk, "small"]))
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        for size in ("huge", "..", "large%2f"):
            assert client.get(f"/files/{found.pk}/{size}.webp").status_code == 404

    @pytest.mark.parametrize("name", ["attachment-file", "attachment-remove", "attachment-restore"])
    def test_a_stranger_finds_no_file(self, company, customer, client, name):
        found = bring(customer, company.rep1)
        client.force_login(company.rep3)
        assert client.get(reverse(name, args=[found.pk])).status_code == 404
