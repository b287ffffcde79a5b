"""Which parts of BPMN this engine runs, and what to draw instead of those it refuses.

The lint reads this table, and `docs/bpmn-support.md` is written from it: what is not listed as
accepted or ignored is refused. A refusal always names a way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
FLOW: Final = "urn:xiaoliu:bpmn:flow:1"
CAMUNDA: Final = "http://camunda.org/schema/1.0/bpmn"


@dataclass(frozen=True, slots=True)
class Accepted:
    """An element that runs; `kind` is its name in `Element.kind`."""

    kind: str
    en: str
    zh: str
    about_en: str
    about_zh: str


@dataclass(frozen=True, slots=True)
class Refused:
    en: str
    zh: str
    why_en: str
    why_zh: str
    way_en: str
    way_zh: str


ELEMENTS: Final[Mapping[str, Accepted]] = MappingProxyType(
    {
        "startEvent": Accepted(
            "start_event",
            "none start event",
            "开始事件",
            "Exactly one. It may carry a start form.",
            "只能有一个，可以带启动表单。",
        ),
        "endEvent": Accepted(
            "end_event",
            "none end event",
            "结束事件",
            "Any number. The case ends when nothing is left to do.",
            "可以有多个；没有未完成的环节时流程结束。",
        ),
        "userTask": Accepted(
            "user_task",
            "user task",
            "人工环节",
            "A step a person does: form, outcomes, assignment, due time.",
            "由人办理的环节：表单、处理结果、办理人、时限。",
        ),
        "scriptTask": Accepted(
            "script_task",
            "script task",
            "脚本环节",
            "Lines of `name = expression`.",
            "每行一个 `名称 = 表达式`。",
        ),
        "serviceTask": Accepted(
            "service_task",
            "service task",
            "自动环节",
            "Calls an operation of the registry.",
            "调用系统登记的操作。",
        ),
        "exclusiveGateway": Accepted(
            "exclusive_gateway",
            "exclusive gateway",
            "排他网关",
            "Conditions are tried in the order of the file; then the default flow.",
            "按文件中的先后顺序判断条件，最后走默认流向。",
        ),
        "parallelGateway": Accepted(
            "parallel_gateway",
            "parallel gateway",
            "并行网关",
            "A join waits for one token on each incoming flow, in every round of a loop.",
            "汇合时等待每条流入各到一次，循环中每一轮都如此。",
        ),
    }
)

# What may stand inside an element besides flow elements: read, or drawn for people only.
_ANYWHERE: Final = frozenset({"documentation", "extensionElements", "auditing", "monitoring"})
_NODE: Final = _ANYWHERE | {"incoming", "outgoing"}
PARTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "process": _ANYWHERE | {"laneSet", "sequenceFlow", "textAnnotation", "association", "group"},
        "collaboration": _ANYWHERE | {"textAnnotation", "association", "group"},
        "participant": _ANYWHERE,
        "laneSet": _ANYWHERE | {"lane"},
        "childLaneSet": _ANYWHERE | {"lane"},
        "lane": _ANYWHERE | {"flowNodeRef", "childLaneSet", "partitionElement"},
        "sequenceFlow": _ANYWHERE | {"conditionExpression"},
        "scriptTask": _NODE | {"script"},
        **dict.fromkeys(
            (
                "startEvent",
                "endEvent",
                "userTask",
                "serviceTask",
                "exclusiveGateway",
                "parallelGateway",
            ),
            _NODE,
        ),
    }
)
ROOT_IGNORED: Final = frozenset(
    {
        "category",
        "message",
        "signal",
        "error",
        "escalation",
        "itemDefinition",
        "interface",
        "resource",
        "partnerRole",
        "partnerEntity",
        "endPoint",
        "relationship",
        "extension",
        "documentation",
        "extensionElements",
        "dataStore",
        "correlationProperty",
    }
)


def _task(en: str, zh: str) -> Refused:
    return Refused(
        en,
        zh,
        "It does not say who or what does it.",
        "没有说明由谁或由什么来完成。",
        "Make it a user task, a service task or a script task.",
        "请改为人工环节、自动环节或脚本环节。",
    )


def _event(en: str, zh: str) -> Refused:
    return Refused(
        en,
        zh,
        "This version waits for people only, not for events.",
        "当前版本只等待人办理，不等待事件。",
        "Use a plain start or end event, or a user task in whose place somebody notices the event.",
        "请使用普通的开始、结束事件，或由人工环节来确认该事件。",
    )


def _inner(en: str, zh: str) -> Refused:
    return Refused(
        en,
        zh,
        "This version runs flat diagrams.",
        "当前版本只运行单层流程图。",
        "Draw its steps directly in the process.",
        "请把其中的环节直接画在主流程中。",
    )


def _data(en: str, zh: str) -> Refused:
    return Refused(
        en,
        zh,
        "Data belongs to the case, not to a step.",
        "数据属于整个流程，而不属于单个环节。",
        "Declare a variable with flow:variable, a form field or an operation's result.",
        "请用 flow:variable、表单字段或操作结果来声明变量。",
    )


_GATEWAY_WAY: Final = (
    "Use an exclusive gateway (one way) or a parallel gateway (all ways).",
    "请使用排他网关（走一条）或并行网关（全部走）。",
)

REFUSED: Final[Mapping[str, Refused]] = MappingProxyType(
    {
        "task": _task("task without a kind", "未指定类型的任务"),
        "manualTask": _task("manual task", "手工任务"),
        "sendTask": _task("send task", "发送任务"),
        "receiveTask": _task("receive task", "接收任务"),
        "businessRuleTask": Refused(
            "business rule task",
            "业务规则任务",
            "Decision tables come with a later version.",
            "决策表将在后续版本提供。",
            "Use an exclusive gateway with conditions.",
            "请使用带条件的排他网关。",
        ),
        "inclusiveGateway": Refused(
            "inclusive gateway",
            "包容网关",
            "This version has no inclusive join.",
            "当前版本不支持包容汇合。",
            *_GATEWAY_WAY,
        ),
        "complexGateway": Refused(
            "complex gateway",
            "复杂网关",
            "Its rule cannot be read from the diagram.",
            "无法从图中读出其规则。",
            *_GATEWAY_WAY,
        ),
        "eventBasedGateway": Refused(
            "event-based gateway",
            "事件网关",
            "This version waits for people only, not for events.",
            "当前版本只等待人办理，不等待事件。",
            "Use a user task with several outcomes and an exclusive gateway.",
            "请使用有多个处理结果的人工环节加排他网关。",
        ),
        "intermediateCatchEvent": _event("intermediate catch event", "中间捕获事件"),
        "intermediateThrowEvent": _event("intermediate throw event", "中间抛出事件"),
        "boundaryEvent": _event("boundary event", "边界事件"),
        "implicitThrowEvent": _event("implicit throw event", "隐式抛出事件"),
        "subProcess": _inner("subprocess", "子流程"),
        "adHocSubProcess": Refused(
            "ad hoc subprocess",
            "自由子流程",
            "Nothing says in which order its steps run, or when it ends.",
            "没有说明其中环节的先后与何时结束。",
            "Draw the order with gateways, or one user task with a checklist in its form.",
            "请用网关画出先后顺序，或用一个带核对清单表单的人工环节。",
        ),
        "transaction": _inner("transaction", "事务子流程"),
        "callActivity": _inner("call activity", "调用活动"),
        "subChoreography": _inner("choreography", "编排"),
        "choreographyTask": _inner("choreography task", "编排任务"),
        "dataObject": _data("data object", "数据对象"),
        "dataObjectReference": _data("data object reference", "数据对象引用"),
        "dataStoreReference": _data("data store reference", "数据存储引用"),
        "dataInputAssociation": _data("data input association", "数据输入关联"),
        "dataOutputAssociation": _data("data output association", "数据输出关联"),
        "ioSpecification": _data("input/output specification", "输入输出规格"),
        "property": _data("property", "属性"),
        "multiInstanceLoopCharacteristics": Refused(
            "multi-instance marker",
            "多实例标记",
            "This version does a step once.",
            "当前版本每个环节只执行一次。",
            "Remove the marker, or draw the step once for each person.",
            "请去掉标记，或为每个人各画一个环节。",
        ),
        "standardLoopCharacteristics": Refused(
            "loop marker",
            "循环标记",
            "This version draws loops with gateways.",
            "当前版本用网关来画循环。",
            "Lead a flow of an exclusive gateway back to the step.",
            "请用排他网关的一条流向回到该环节。",
        ),
        "compensateEventDefinition": Refused(
            "compensation",
            "补偿",
            "Undoing finished steps is not kept track of.",
            "系统不记录如何撤销已完成的环节。",
            "Draw the way back, or a step that undoes it.",
            "请画出退回的流向，或一个用于撤销的环节。",
        ),
        "linkEventDefinition": Refused(
            "link event",
            "链接事件",
            "The jump cannot be followed.",
            "无法跟踪这种跳转。",
            "Connect the two places with a sequence flow.",
            "请用顺序流直接连接两处。",
        ),
        "timerEventDefinition": _event("timer", "定时器"),
        "messageEventDefinition": _event("message", "消息"),
        "signalEventDefinition": _event("signal", "信号"),
        "errorEventDefinition": _event("error event", "错误事件"),
        "escalationEventDefinition": _event("escalation", "升级事件"),
        "cancelEventDefinition": _event("cancel event", "取消事件"),
        "conditionalEventDefinition": _event("conditional event", "条件事件"),
        "terminateEventDefinition": Refused(
            "terminate end event",
            "终止事件",
            "This version does not break off parallel branches.",
            "当前版本不会中断并行的分支。",
            "Use a plain end event; join parallel branches before it.",
            "请使用普通结束事件，并在其前汇合并行分支。",
        ),
        "potentialOwner": Refused(
            "potential owner",
            "潜在办理人",
            "Who does a step is said by its lane or by flow:assign.",
            "办理人由泳道或 flow:assign 指定。",
            "Put the step into a lane that names a role.",
            "请把环节放入以角色命名的泳道。",
        ),
        "messageFlow": Refused(
            "message flow",
            "消息流",
            "This version sends no messages.",
            "当前版本不发送消息。",
            "Remove it, or replace it by a text annotation.",
            "请删除，或改为文字注释。",
        ),
    }
)

UNKNOWN: Final = Refused(
    "element",
    "元素",
    "The engine does not know it, so it would do nothing.",
    "引擎不认识它，因此不会起任何作用。",
    "Remove it, or say the same with steps, gateways and flows.",
    "请删除，或改用环节、网关和流向来表达。",
)


def refusal(tag: str) -> Refused:
    """Why an element is refused and what to draw instead."""
    return REFUSED.get(tag, UNKNOWN)
