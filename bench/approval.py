"""The process that both the floor and Xiaoliu run: five approvals, each with a decision."""

KEY = "bench_approval"
STEPS = 5

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:flow="urn:xiaoliu:bpmn:flow:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  id="definitions" targetNamespace="urn:xiaoliu:bench">
<bpmn:process id="{key}" name="{key}" isExecutable="true">
<bpmn:laneSet id="lanes"><bpmn:lane id="lane" name="rep">{refs}</bpmn:lane></bpmn:laneSet>
"""
_TAIL = "</bpmn:process></bpmn:definitions>"
_OUTCOMES = """<bpmn:extensionElements>
<flow:outcome code="approve"><flow:label lang="zh-hans">同意</flow:label><flow:label lang="en">Approve</flow:label></flow:outcome>
<flow:outcome code="reject"><flow:label lang="zh-hans">驳回</flow:label><flow:label lang="en">Reject</flow:label></flow:outcome>
</bpmn:extensionElements>"""


def approval() -> bytes:
    """Start, five times (review, gateway), end; a rejection leads back to the first review."""
    nodes = ['<bpmn:startEvent id="begin"/>', '<bpmn:endEvent id="finish"/>']
    flows = ['<bpmn:sequenceFlow id="to_1" sourceRef="begin" targetRef="review_1"/>']
    ids = ["begin", "finish"]
    for n in range(1, STEPS + 1):
        after = f"review_{n + 1}" if n < STEPS else "finish"
        ids += [f"review_{n}", f"decided_{n}"]
        nodes += [
            f'<bpmn:userTask id="review_{n}" name="Review {n}">{_OUTCOMES}</bpmn:userTask>',
            f'<bpmn:exclusiveGateway id="decided_{n}" name="Decision {n}" default="on_{n}"/>',
        ]
        flows += [
            f'<bpmn:sequenceFlow id="reviewed_{n}" sourceRef="review_{n}" targetRef="decided_{n}"/>',
            f'<bpmn:sequenceFlow id="on_{n}" sourceRef="decided_{n}" targetRef="{after}"/>',
            f'<bpmn:sequenceFlow id="back_{n}" sourceRef="decided_{n}" targetRef="review_1">'
            f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">review_{n}.outcome == "reject"'
            "</bpmn:conditionExpression></bpmn:sequenceFlow>",
        ]
    refs = "".join(f"<bpmn:flowNodeRef>{one}</bpmn:flowNodeRef>" for one in ids)
    return (_HEAD.format(key=KEY, refs=refs) + "".join(nodes + flows) + _TAIL).encode()
