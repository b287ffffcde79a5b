"""What somebody hostile, careless or unlucky may send as a diagram.

FILES are refused when they are imported. DIAGRAMS are BPMN that a person could go on drawing, so they may
become a draft, but never a version. EXPRESSIONS are tried in every place that takes one.
"""

import gzip
import io
import random
import zipfile

from tests.api.diagrams import HEAD, document, flow, form_field, node, travel, user

MEGABYTE = 1024 * 1024
BODY = travel().split("?>", 1)[1]
_noise = random.Random(5)


def doctype(declarations: str, use: str = "&x;") -> bytes:
    head = f'<?xml version="1.0"?><!DOCTYPE d [{declarations}]>'
    return (head + BODY.replace('name="ask"', f'name="{use}"')).encode()


def laughs(levels: int = 10) -> bytes:
    rules = ['<!ENTITY a0 "ha">']
    rules += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels)]
    return doctype("".join(rules), f"&a{levels - 1};")


def packed() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("travel.bpmn", BODY)
    return target.getvalue()


FILES: dict[str, bytes] = {
    # Entities and other documents
    "a file of the server as an entity": doctype('<!ENTITY x SYSTEM "file:///etc/passwd">'),
    "an address inside the house as an entity": doctype(
        '<!ENTITY x SYSTEM "http://127.0.0.1:1/latest/meta-data">'
    ),
    "a public entity": doctype('<!ENTITY x PUBLIC "-//x//y" "http://127.0.0.1:1/x.dtd">'),
    "a parameter entity": doctype('<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x;', "a"),
    "a document type elsewhere": b'<?xml version="1.0"?><!DOCTYPE d SYSTEM "http://127.0.0.1:1/x.dtd">'
    + BODY.encode(),
    "a document type in lower case": b'<!doctype d [<!entity x "y">]>' + BODY.encode(),
    "a billion laughs": laughs(),
    "one entity used a hundred thousand times": doctype(f'<!ENTITY x "{"a" * 50_000}">', "&x;" * 100_000),
    "an entity of itself": doctype('<!ENTITY x "&y;"><!ENTITY y "&x;">'),
    "an undeclared entity": BODY.replace('name="ask"', 'name="&nobody;"').encode(),
    # Size and depth
    "twelve megabytes of text": travel(more=f"<!--{'x' * 12_000_000}-->").encode(),
    "twelve megabytes in one attribute": travel(name="x" * 12_000_000).encode(),
    "a hundred thousand levels": (HEAD + "<a>" * 100_000 + "</a>" * 100_000 + "</bpmn:definitions>").encode(),
    "two thousand nested subprocesses": document(
        "".join(f'<bpmn:subProcess id="s{n}">' for n in range(2_000)) + "</bpmn:subProcess>" * 2_000
    ).encode(),
    "a hundred thousand elements": document("<bpmn:documentation/>" * 100_000).encode(),
    "a hundred thousand attributes": travel(
        more="<bpmn:documentation " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>"
    ).encode(),
    # Not XML at all
    "nothing": b"",
    "blanks": b" \n\t " * 100,
    "noise": bytes(_noise.randrange(256) for _ in range(100_000)),
    "zeros": b"\0" * 100_000,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(_noise.randrange(256) for _ in range(5_000)),
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "an archive": packed(),
    "a compressed diagram": gzip.compress(BODY.encode()),
    "JSON": b'{"process": "travel"}',
    "plain text": "出差申请流程".encode(),
    "a page": b"<!DOCTYPE html><html><body>hello</body></html>",
    # Broken XML
    "half a diagram": travel().encode()[: len(travel()) // 2],
    "tags that cross": travel(more="<bpmn:a><bpmn:b></bpmn:a></bpmn:b>").encode(),
    "an undeclared prefix": travel(more="<evil:a/>").encode(),
    "an attribute twice": travel(more='<bpmn:task id="a" id="b"/>').encode(),
    "a character that is none": travel(name="a@b").replace("@", "&#0;").encode(),
    "a lone surrogate": travel(name="a@b").replace("@", "&#xD800;").encode(),
    "a NUL byte": travel(name="a\0b").encode(),
    "rubbish behind the end": travel().encode() + b"<more/>",
    # Other encodings
    "UTF-16": travel().replace("UTF-8", "UTF-16").encode("utf-16"),
    "GBK, declared": travel().replace("UTF-8", "GBK").encode("gbk"),
    "Latin-1, undeclared": travel(name="café").encode("latin-1"),
    "UTF-7, declared": travel().replace("UTF-8", "UTF-7").encode(),
    "an encoding nobody knows": travel().replace("UTF-8", "x-evil").encode(),
    # XML that holds no process to run
    "another kind of XML": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "BPMN of another namespace": travel().replace("20100524", "20990101").encode(),
    "no process": f"{HEAD}</bpmn:definitions>".encode(),
    "no executable process": travel().replace('isExecutable="true"', 'isExecutable="false"').encode(),
    "a process without an id": travel().replace('id="travel"', "").encode(),
    "a process with an empty id": travel().replace('id="travel"', 'id=""').encode(),
    "a process id of a thousand letters": travel().replace('"travel"', f'"{"x" * 1_000}"').encode(),
    "two processes of one id": travel()
    .replace("</bpmn:definitions>", BODY.split('urn:tests">', 1)[1])
    .encode(),
}

ASK = user("ask", fields=[form_field("amount", "long", required=True)])


def asking(ask: str) -> str:
    return travel(ask=ask)


def replaced(before: str, after: str) -> str:
    text = travel()
    assert before in text, before
    return text.replace(before, after)


def field_of(text: str) -> str:
    amount = form_field("amount", "long", required=True)
    return asking(user("ask", fields=[amount, text]))


def extra(kind: str, inner: str = "", **attributes: str) -> str:
    """The process with one more element between ask and calculate."""
    text = replaced(flow("ask", "calculate"), flow("ask", "extra") + flow("extra", "calculate"))
    return text.replace(ASK, ASK + node(kind, "extra", inner=inner, **attributes))


DIAGRAMS: dict[str, str] = {
    # References that lead nowhere
    "a flow to nowhere": travel(more=flow("check", "nowhere")),
    "a flow from nowhere": travel(more=flow("nowhere", "check")),
    "a flow without a target": replaced('targetRef="check"', ""),
    "a default flow that is none": replaced('default="large_done"', 'default="nowhere"'),
    "a default flow of another gateway": replaced('default="large_done"', 'default="begin_ask"'),
    "an id used twice": travel(more=node("endEvent", "check")),
    "a flow's id used twice": travel(more=flow("check", "done", id="begin_ask")),
    "an element without an id": travel(more="<bpmn:endEvent/>"),
    "a call of a process that is not there": extra("callActivity", calledElement="nowhere"),
    "a call of itself": extra("callActivity", calledElement="travel"),
    # Roles, people, operations, forms nobody knows
    "an unknown role": travel(group="chief_wizard"),
    "an unknown lane": travel(
        more='<bpmn:laneSet id="lanes"><bpmn:lane id="l1" name="Wizards"><bpmn:flowNodeRef>ask</bpmn:flowNodeRef>'
        "</bpmn:lane></bpmn:laneSet>",
        group="",
    ),
    "a person who is not there": asking(
        user("ask", group="", fields=[form_field("amount", "long")], camunda__assignee="${nobody.knows}")
    ),
    "an unknown operation": extra("serviceTask").replace(
        'id="extra">',
        'id="extra"><bpmn:extensionElements><flow:operation name="core.delete_everything"/>'
        "</bpmn:extensionElements>",
    ),
    "a service task that calls nothing": extra("serviceTask"),
    "an unknown form": asking(
        node("userTask", "ask", '<flow:assign role="rep"/><flow:workForm name="os.system"/>')
    ),
    "an unknown kind of business row": travel(
        more='<bpmn:extensionElements><flow:subject type="core.user"/></bpmn:extensionElements>'
    ),
    "a step kept apart from one that is not there": asking(
        node("userTask", "ask", '<flow:assign role="rep"/><flow:distinct from="nowhere"/>')
    ),
    # Code of other tools
    "a Java class": extra("serviceTask", camunda__class="java.lang.Runtime"),
    "a Java expression": extra("serviceTask", camunda__expression="${Runtime.getRuntime().exec('id')}"),
    "a Java delegate": extra("serviceTask", camunda__delegateExpression="${evil}"),
    "an external topic nobody knows": extra("serviceTask", camunda__type="external", camunda__topic="evil"),
    "a listener": asking(
        node(
            "userTask",
            "ask",
            '<camunda:taskListener class="Evil" event="create"/>'
            "<camunda:formData>" + form_field("amount", "long") + "</camunda:formData>",
            camunda__candidateGroups="rep",
        )
    ),
    "an execution listener": asking(
        node(
            "userTask",
            "ask",
            '<camunda:executionListener event="start"><camunda:script scriptFormat="groovy">"id".execute()'
            "</camunda:script></camunda:executionListener>",
            camunda__candidateGroups="rep",
        )
    ),
    "a connector": extra("serviceTask").replace(
        'id="extra">',
        'id="extra"><bpmn:extensionElements><camunda:connector><camunda:connectorId>http-connector'
        "</camunda:connectorId></camunda:connector></bpmn:extensionElements>",
    ),
    "a condition in JavaScript": replaced(
        'xsi:type="bpmn:tFormalExpression"', 'xsi:type="bpmn:tFormalExpression" language="javascript"'
    ),
    # Forms
    "a field type nobody knows": field_of(form_field("extra", "java.lang.Object")),
    "a constraint nobody knows": field_of(form_field("extra", validator="com.evil.Validator")),
    "a field named like the machine": field_of(form_field("__class__")),
    "a field named like the business row": field_of(form_field("subject")),
    "a field without a name": field_of(form_field("")),
    "a field name that is no name": field_of(form_field("a b; drop table")),
    "a field twice": field_of(form_field("amount", "long")),
    "a field of two types": travel(more="").replace(
        user("check", group="manager"),
        user("check", group="manager", fields=[form_field("amount", "string")]),
    ),
    "a choice without choices": field_of(form_field("extra", "enum")),
    "a bound that is no number": field_of(form_field("extra", "long", min="__import__('os')")),
    "a due time that is none": asking(user("ask", camunda__dueDate="tomorrow; rm -rf")),
    # Shapes that cannot run
    "no start": replaced(node("startEvent", "begin"), "").replace(flow("begin", "ask"), ""),
    "two starts": travel(more=node("startEvent", "again") + flow("again", "check")),
    "no end": replaced(node("endEvent", "done"), "")
    .replace(flow("large", "done"), "")
    .replace(flow("check", "done"), flow("check", "ask")),
    "a flow into the start": travel(more=flow("check", "begin")),
    "a flow out of the end": travel(more=flow("done", "check")),
    "an island": travel(more=user("island") + node("endEvent", "shore") + flow("island", "shore")),
    "a dead end": travel(more=user("blind")).replace(flow("check", "done"), flow("check", "blind")),
    "a gateway that does not know": replaced("<bpmn:conditionExpression", "<bpmn:documentation").replace(
        "</bpmn:conditionExpression>", "</bpmn:documentation>"
    ),
    "a join that waits for ever": replaced(
        node("endEvent", "done"), node("parallelGateway", "join") + node("endEvent", "done")
    )
    .replace(flow("large", "done"), flow("large", "join", id="large_done"))
    .replace(flow("check", "done"), flow("check", "join") + flow("join", "done")),
    "a machine that runs for ever": travel().replace(
        flow("large", "done"), flow("large", "calculate", id="large_done")
    ),
    "two parallel branches that write one name": document(
        node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + user("left", fields=[form_field("amount", "long")])
        + user("right", fields=[form_field("amount", "long")])
        + node("parallelGateway", "join")
        + node("endEvent", "done")
        + flow("begin", "fork")
        + flow("fork", "left")
        + flow("fork", "right")
        + flow("left", "join")
        + flow("right", "join")
        + flow("join", "done")
    ),
    # Elements that are not run
    "compensation": travel(
        more=node("boundaryEvent", "undo", inner="<bpmn:compensateEventDefinition/>", attachedToRef="ask")
    ),
    "a complex gateway": extra("complexGateway"),
    "an ad hoc subprocess": extra("adHocSubProcess"),
    "a transaction": extra("transaction"),
    "a link event": extra("intermediateThrowEvent", inner='<bpmn:linkEventDefinition name="x"/>'),
    "a data association": asking(
        user("ask", fields=[form_field("amount", "long")]).replace(
            "</bpmn:userTask>",
            "<bpmn:dataInputAssociation><bpmn:targetRef>x</bpmn:targetRef></bpmn:dataInputAssociation></bpmn:userTask>",
        )
    ),
    "an element nobody knows": extra("quantumTask"),
    "a word of ours, misspelt": asking(node("userTask", "ask", '<flow:asign role="rep"/>')),
}

# engine-facts.md, section 5, and more: each must be refused by the lint wherever it stands.
EXPRESSIONS: tuple[str, ...] = (
    # Reaching for the machine
    "__import__('os').system('touch canary')",
    "open('/etc/passwd').read()",
    "open('canary', 'w')",
    "eval('1')",
    "exec('import os')",
    "compile('1', '', 'eval')",
    "globals()",
    "locals()",
    "vars()",
    "dir()",
    "getattr(amount, 'real')",
    "setattr(amount, 'real', 1)",
    "type(amount)",
    "print(amount)",
    "input()",
    "breakpoint()",
    "help()",
    "exit()",
    "object()",
    "super()",
    "memoryview(b'')",
    "import os",
    "os.system('id')",
    "sys.exit(1)",
    "require('child_process').exec('id')",
    "T(java.lang.Runtime).getRuntime().exec('id')",
    "${execution.getProcessEngine()}",
    "#{''.getClass().forName('java.lang.Runtime')}",
    "new java.io.File('/')",
    # Reaching through values
    "().__class__.__bases__[0].__subclasses__()",
    "''.__class__.__mro__[1]",
    "amount.__class__",
    "amount.__add__(1) > 0",
    "amount.__init__.__globals__",
    "amount.real > 1",
    "amount['__class__']",
    "'{0.__class__}'.format(amount)",
    "f'{amount.__class__}'",
    "subject.__class__",
    "subject.password",
    "subject.pk",
    "(lambda: 1)()",
    "[x for x in (1, 2)]",
    "{x: x for x in (1, 2)}",
    "(x for x in (1, 2))",
    "amount := 5",
    "yield amount",
    "await amount",
    "*amount",
    # Eating the machine
    "9**9**9 > amount",
    "10 ** 10000 > amount",
    "2 << 1000000000",
    "'*' * 10000000000",
    "[0] * 1000000000",
    "[[0] * 10000] * 10000",
    "'%9999999999d' % 1",
    "f'{amount:>9999999999}'",
    "amount.zfill(10 ** 10)",
    "'a'.ljust(10000000000)",
    "list(range(1000000000))",
    "sum(range(1000000000)) > amount",
    "1e999999999 > amount",
    "9" * 5_000 + " > amount",
    "(" * 5_000 + "amount" + ")" * 5_000 + " > 1",
    "not " * 5_000 + "(amount > 1)",
    "-" * 5_000 + "amount > 1",
    "amount" + " + amount" * 50_000 + " > 1",
    "[" * 2_000 + "]" * 2_000 + " == []",
    "x" * 200_000 + " > 1",
    "while True: pass",
    "for i in 1..1000000000 return i",
    # Names and types that do not fit
    "nobody > 1",
    "amount > 'a lot'",
    "amount + 'x' == 'y'",
    "amount.cents > 1",
    "amount +",
    "",
    "amount > 1; amount > 2",
    "amount > 1 amount",
    "amount = 1",
    "def f(): pass",
    "@evil",
    "{{7 * 7}}",
    "'; DROP TABLE core_user; --",
    "<script>alert(1)</script>",
    "`id`",
    "$(id)",
    # Letters that look like others
    "ｅｖａｌ('1')",
    "𝓮𝓿𝓪𝓵('1')",
    "аmount > 1",
    "amount\u200b > 1",
    "amount \uff1e 1",
    "\u202eamount > 1",
)
