"""A file whose labels, documentation and extensions want to do harm is imported, published, read: nothing happens."""

import pytest

from core.models import User
from tests.browser.chromium import settled
from tests.browser.test_accessibility import violations
from tests.browser.test_policy import breaches
from tests.workflows.imports.corpus import files
from workflows import services
from workflows.models import ProcessDefinition

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

EVIL = "<img src=x onerror=window.__hit=1>"
QUOTES = '" onmouseover="window.__hit=2" x=\'\u202eesrever\u202c'
SCRIPT = "</script><script>window.__hit=3</script>"
LONG = "很长" * 5000
# Everything in a page that a label could have made.
MADE = """() => [
  ...document.querySelectorAll('img[src="x"], iframe, object, embed, main script:not([type="application/json"])'),
  ...[...document.querySelectorAll('a')].filter(one => one.protocol === 'javascript:'),
  ...[...document.querySelectorAll('*')].filter(one => [...one.attributes].some(each => /^on/i.test(each.name))),
].map(one => one.outerHTML.slice(0, 200))"""


def hostile(*, first: str) -> str:
    """A process that can be published, all of whose texts are hostile."""
    from xml.sax.saxutils import escape, quoteattr

    says = f"<bpmn:documentation>{escape('[x](javascript:window.__hit=4) ' + EVIL + SCRIPT)}</bpmn:documentation>"
    words = (
        f'<flow:label lang="en">{escape(SCRIPT)}</flow:label><flow:assign role="manager"/><flow:form>'
        f'<flow:field id="why" type="text"><flow:label>{escape(EVIL)}</flow:label></flow:field></flow:form>'
        f'<flow:outcome code="yes"><flow:label>{escape(QUOTES)}</flow:label></flow:outcome>'
        f'<flow:outcome code="no"><flow:label>{escape(EVIL)}</flow:label></flow:outcome>'
        f'<evil:script xmlns:evil="http://www.w3.org/1999/xhtml">window.__hit=5</evil:script>'
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:flow="urn:xiaoliu:bpmn:flow:1" id="d" targetNamespace="t">
  <bpmn:process id="hostile" name={quoteattr(EVIL)} isExecutable="true">{says}
    <bpmn:laneSet id="ls"><bpmn:lane id="lane" name={quoteattr(SCRIPT)}><bpmn:extensionElements><flow:assign role="manager"/></bpmn:extensionElements><bpmn:flowNodeRef>start</bpmn:flowNodeRef><bpmn:flowNodeRef>ask</bpmn:flowNodeRef><bpmn:flowNodeRef>gate</bpmn:flowNodeRef><bpmn:flowNodeRef>again</bpmn:flowNodeRef><bpmn:flowNodeRef>end</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="start" name={quoteattr(QUOTES)}/>
    <bpmn:userTask id="ask" name={quoteattr(first)}>{says}<bpmn:extensionElements>{words}</bpmn:extensionElements></bpmn:userTask>
    <bpmn:exclusiveGateway id="gate" name={quoteattr(EVIL)} default="otherwise"/>
    <bpmn:userTask id="again" name={quoteattr(LONG)}><bpmn:extensionElements><flow:assign role="manager"/></bpmn:extensionElements></bpmn:userTask>
    <bpmn:endEvent id="end" name={quoteattr(SCRIPT)}/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="ask"/><bpmn:sequenceFlow id="f2" sourceRef="ask" targetRef="gate"/>
    <bpmn:sequenceFlow id="f3" name={quoteattr(EVIL)} sourceRef="gate" targetRef="again"><bpmn:conditionExpression>ask.comment == {quoteattr(escape("<b onclick=alert(1)>"))}</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="otherwise" name={quoteattr(QUOTES)} sourceRef="gate" targetRef="end"/><bpmn:sequenceFlow id="f5" sourceRef="again" targetRef="end"/>
  </bpmn:process>
</bpmn:definitions>"""


@pytest.fixture
def window(open_window, office):
    User.objects.filter(username="admin").update(is_superuser=True)
    page = open_window("admin")
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    return page


def harm(page) -> list[str]:
    """What a label has done or made."""
    return [
        *page.evaluate(MADE),
        *(["a script ran"] if page.evaluate("window.__hit") else []),
        *breaches(page),
    ]


def test_importing_and_reading_them_harms_nobody(window, office, complaints, tmp_path):
    base = window.url.split("/inbox")[0]
    found = {}
    for number, text in enumerate((hostile(first=EVIL), hostile(first=EVIL + SCRIPT))):
        path = tmp_path / f"{number}.bpmn"
        path.write_text(text)
        window.goto(f"{base}/processes/import/")
        window.set_input_files("#id_file", path)
        window.click("form[enctype] button.btn-primary")
        window.wait_for_selector(".note-green")
        found[f"report {number}"] = harm(window)
        assert violations(window) == []
        for name in ("?tab=draft", "edit/"):
            window.goto(f"{base}/processes/hostile/{name}")
            settled(window)
            found[f"{name} {number}"] = harm(window)
        services.publish_draft(definition_key="hostile", actor=office.people.admin)
    ProcessDefinition.objects.filter(key="hostile").update(start_roles=["manager"])
    services.start_process(definition_key="hostile", actor=office.people.admin)
    for address in (
        "/processes/",
        "/processes/hostile/",
        "/processes/hostile/?tab=versions",
        "/processes/hostile/1/",
        "/processes/hostile/versions/1/diff/2/",
        "/processes/hostile/guide/",
        "/processes/hostile/guide/picture.svg",
        "/start/",
        "/start/hostile/",
        "/cases/",
        "/inbox/?box=queue",
    ):
        window.goto(base + address)
        if not address.endswith(".svg"):
            settled(window)
        found[address] = harm(window)
    assert found == {name: [] for name in found}
    assert complaints == []


def test_the_pages_have_no_violation(window, office):
    base = window.url.split("/inbox")[0]
    services.import_bpmn(bpmn=files()["broken-hostile-labels"], actor=office.people.admin)
    services.publish_draft(definition_key="Process_hostile", actor=office.people.admin)
    found = {}
    for address in (
        "/start/",
        "/processes/import/",
        "/processes/Process_hostile/guide/",
        "/start/Process_hostile/",
    ):
        window.goto(base + address)
        settled(window)
        found[address] = [*violations(window), *harm(window)]
    assert found == {name: [] for name in found}
