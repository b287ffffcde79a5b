"""External systems by hand: name one, try it, and read on a case how far its call is."""

import pytest
from playwright.sync_api import expect

from core.models import User
from tests.browser.chromium import settled
from tests.fakes.outside import outside
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import publish_drawing, user
from workflows import services
from workflows.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


def calling() -> Drawing:
    drawing = Drawing("calling", name="开票", extensions='<flow:label lang="en">Invoicing</flow:label>')
    word = (
        '<flow:label lang="en">Post to the books</flow:label><flow:operation name="workflows.call_service" '
        'result="answer"><flow:param name="service" value="\'erp\'"/><flow:param name="path" value="\'fail/9\'"/>'
        "</flow:operation>"
    )
    drawing.start().end().element("serviceTask", "call", extensions=word, name="财务入账")
    return user(drawing, "look", name="核对").chain("start", "call", "look", "end")


@pytest.mark.parametrize(("language", "phone"), [("zh", False), ("en", True)])
def test_from_nothing_to_a_call_that_is_tried_again(open_window, office, complaints, language, phone):
    User.objects.filter(username="admin").update(is_superuser=True)
    page = open_window("admin", language=language, phone=phone)
    base = page.url.split("/inbox")[0]
    with outside() as fake:
        page.goto(f"{base}/external-systems/")
        page.click("a[href$='/external-systems/new/']")
        for name, value in (
            ("code", "erp"),
            ("name_zh", "财务软件"),
            ("name_en", "Bookkeeping"),
            ("base_url", fake.url),
            ("header_name", "Authorization"),
            ("secret", "Bearer swordfish-42"),
            ("timeout", "5"),
        ):
            page.fill(f"#id_{name}", value)
        page.check("#id_allow_private")
        page.click("form button.btn-primary")
        page.wait_for_selector("dl.facts")
        # The next click opens a dialog only once the scripts listen.
        settled(page)
        assert "swordfish" not in page.content()
        page.click("a[href$='/try/']")
        page.wait_for_selector("#dialog-title")
        page.click("#dialog-content button.btn-primary")
        page.wait_for_selector("text=200")
        assert fake.heard[0].headers["authorization"] == "Bearer swordfish-42"
        admin = User.objects.get(username="admin")
        publish_drawing(calling(), operations=("workflows.call_service:erp",))
        case = services.start_process(definition_key="calling", actor=admin)
        services.run_job(job_id=Job.objects.get(instance=case).pk)
        page.goto(f"{base}/cases/{case.pk}/")
        words = "外部系统答复（已尝试 1 次" if language == "zh" else "another system (tried once, next at"
        page.wait_for_selector(f"text={words}")
        expect(page.locator(".late")).to_contain_text("500")
    assert complaints == []
    assert page.evaluate("window.__breaches") == []
