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
    """An element that runs; `kind` is its name in `Element.kind`. A `mend` is what we do otherwise
    than the library under us, which would be wrong."""

    kind: str
    en: str
    zh: str
    about_en: str
    about_zh: str
    mend_en: str = ""
    mend_zh: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    en: str
    zh: str
    why_en: str
    why_zh: str
    way_en: str
    way_zh: str


def _container(kind: str, en: str, zh: str, about_en: str, about_zh: str) -> Accepted:
    return Accepted(
        kind,
        en,
        zh,
        about_en,
        about_zh,
        "Its data is not copied in and out: only the variables declared on it are its own.",
        "数据不来回复制：只有在其上声明的变量属于它自己。",
    )


ELEMENTS: Final[Mapping[str, Accepted]] = MappingProxyType(
    {
        "startEvent": Accepted(
            "start_event",
            "start event",
            "开始事件",
            "One without a trigger, which may carry a start form; besides it any number with a trigger.",
            "一个无触发的开始事件，可带启动表单；另可有任意个带触发的开始事件。",
            "Several starts do not disturb each other: a case begins at exactly one.",
            "多个开始事件互不影响：一个流程只从其中一个开始。",
        ),
        "endEvent": Accepted(
            "end_event",
            "end event",
            "结束事件",
            "Any number. A process or subprocess ends when nothing in it is left to do.",
            "可以有多个；流程或子流程中没有未完成的环节时结束。",
            "A join that still waits keeps it open, so nothing is lost in silence.",
            "仍在等待的汇合会使其保持未结束，不会悄悄丢失。",
        ),
        "userTask": Accepted(
            "user_task",
            "user task",
            "人工环节",
            "A step a person does: form, outcomes, assignment, due time.",
            "由人办理的环节：表单、处理结果、办理人、时限。",
        ),
        "manualTask": Accepted(
            "manual_task",
            "manual task",
            "手工任务",
            "A step done outside the system; somebody confirms that it is done.",
            "在系统之外完成的工作，由人确认已完成。",
        ),
        "task": Accepted(
            "task",
            "task without a kind",
            "未指定类型的任务",
            "Runs as a user task: somebody confirms that it is done.",
            "按人工环节运行：由人确认已完成。",
        ),
        "scriptTask": Accepted(
            "script_task",
            "script task",
            "脚本环节",
            "Lines of `name = expression`.",
            "每行一个 `名称 = 表达式`。",
            "Nothing of it is run as Python; all of its lines happen or none.",
            "不作为 Python 执行；各行要么全部生效，要么全不生效。",
        ),
        "serviceTask": Accepted(
            "service_task",
            "service task",
            "自动环节",
            "Calls an operation of the registry.",
            "调用系统登记的操作。",
            "The library would do nothing.",
            "底层库遇到它什么也不做。",
        ),
        "businessRuleTask": Accepted(
            "business_rule_task",
            "business rule task",
            "业务规则环节",
            "Asks a decision table (docs/decision-tables.md).",
            "查询决策表（见 docs/decision-tables.md）。",
            "No matching rule, or two under UNIQUE, is an error and not silence.",
            "没有匹配的规则，或 UNIQUE 下有两条匹配，都会报错而不是不作声。",
        ),
        "sendTask": Accepted(
            "send_task",
            "send task",
            "发送任务",
            "Sends a message, as a message throw event does.",
            "发送消息，与消息抛出事件相同。",
            "Only the declared payload is sent, not all data.",
            "只发送声明的内容，而不是全部数据。",
        ),
        "receiveTask": Accepted(
            "receive_task",
            "receive task",
            "接收任务",
            "Waits for a message, as a message catch event does.",
            "等待消息，与消息捕获事件相同。",
            "Without a message it is refused instead of passed.",
            "没有指定消息时拒绝，而不是直接通过。",
        ),
        "exclusiveGateway": Accepted(
            "exclusive_gateway",
            "exclusive gateway",
            "排他网关",
            "Conditions are tried in the order of the file; then the default flow.",
            "按文件中的先后顺序判断条件，最后走默认流向。",
            "Not in the order of the shapes in the picture.",
            "不按图形的上下位置判断。",
        ),
        "parallelGateway": Accepted(
            "parallel_gateway",
            "parallel gateway",
            "并行网关",
            "A join waits for one token on each incoming flow, in every round of a loop.",
            "汇合时等待每条流入各到一次，循环中每一轮都如此。",
            "Counts arrivals for each flow; no branch's old data overwrites another's.",
            "按每条流入计数；一个分支的旧数据不会覆盖另一个分支的新数据。",
        ),
        "inclusiveGateway": Accepted(
            "inclusive_gateway",
            "inclusive gateway",
            "包容网关",
            "Takes every flow whose condition holds, else the default; a join waits for whatever can still come.",
            "走每条条件成立的流向，否则走默认流向；汇合时等待一切还可能到达的。",
            "Decided on what really waits, also in loops and beside subprocesses.",
            "按实际等待的位置判断，在循环中、在子流程旁同样正确。",
        ),
        "eventBasedGateway": Accepted(
            "event_gateway",
            "event-based gateway",
            "事件网关",
            "Waits for several events; the first one decides the way.",
            "同时等待多个事件，先发生的决定走向。",
            "Each branch has a moment of its own, also with several timers.",
            "每个分支各有自己的时刻，多个定时器也互不影响。",
        ),
        "intermediateCatchEvent": Accepted(
            "catch_event",
            "intermediate catch event",
            "中间捕获事件",
            "Waits for its event.",
            "等待其事件。",
        ),
        "intermediateThrowEvent": Accepted(
            "throw_event",
            "intermediate throw event",
            "中间抛出事件",
            "Tells of its event and goes on.",
            "发出其事件后继续。",
        ),
        "boundaryEvent": Accepted(
            "boundary_event",
            "boundary event",
            "边界事件",
            "Waits as long as its activity runs; interrupting or not.",
            "在所附活动运行期间等待；可中断或不中断活动。",
            "Belongs to its activity and goes with it, also across save, return and move.",
            "属于所附活动，随之结束，保存、退回、移动时也如此。",
        ),
        "subProcess": _container(
            "subprocess",
            "subprocess",
            "子流程",
            "Its steps run in it; it ends when nothing in it is left to do.",
            "其中的环节在内部运行；没有未完成的环节时结束。",
        ),
        "transaction": _container(
            "transaction",
            "transaction",
            "事务子流程",
            "A subprocess that a cancel end event leaves by its cancel boundary event.",
            "可由取消结束事件经取消边界事件离开的子流程。",
        ),
        "callActivity": Accepted(
            "call_activity",
            "call activity",
            "调用活动",
            "Runs another process in the version of the day of publishing, as part of the same case.",
            "按发布当日的版本运行另一个流程，属于同一案件。",
            "Hands over only what flow:in and flow:out name.",
            "只传递 flow:in 与 flow:out 指明的数据。",
        ),
        "dataObject": Accepted(
            "data_object",
            "data object",
            "数据对象",
            "Declares a variable of the process or subprocess it is drawn in, by a flow:variable inside it.",
            "通过其中的 flow:variable 在所处流程或子流程中声明变量。",
        ),
        "dataObjectReference": Accepted(
            "data_object_reference",
            "data object reference",
            "数据对象引用",
            "Another picture of a data object.",
            "数据对象的另一处图形。",
        ),
    }
)
# Drawn, but no place a token can stand.
DATA_ELEMENTS: Final = frozenset({"dataObject", "dataObjectReference"})
CONTAINERS: Final = frozenset({"process", "subProcess", "transaction"})
ACTIVITIES: Final = frozenset(
    {
        "userTask",
        "manualTask",
        "task",
        "scriptTask",
        "serviceTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
        "subProcess",
        "transaction",
        "callActivity",
    }
)

# The markers at the bottom of an activity.
MARKERS: Final[Mapping[str, Accepted]] = MappingProxyType(
    {
        "multiInstanceLoopCharacteristics": Accepted(
            "multi_instance",
            "multi-instance",
            "多实例",
            "Once for each item of a list or so many times, at once or one after the other, 200 at most; "
            "a completion condition may end it early.",
            "对列表的每一项或按次数执行，可同时或依次，最多 200 个；完成条件可提前结束。",
            "Each element has its own data; results come in the order of the list.",
            "每个实例有自己的数据；结果按列表顺序排列。",
        ),
        "standardLoopCharacteristics": Accepted(
            "loop",
            "loop",
            "循环",
            "Again and again while its condition holds.",
            "条件成立时反复执行。",
        ),
    }
)

# Event definitions, and the events that may carry them.
EVENTS: Final[Mapping[str, Accepted]] = MappingProxyType(
    {
        "timerEventDefinition": Accepted(
            "timer",
            "timer",
            "定时器",
            "A date, a duration or a cycle: ISO 8601 or an expression.",
            "日期、时长或周期：ISO 8601 文本或表达式。",
            "The moment is settled once, when the event begins to wait; missed rounds come once, not in a burst.",
            "时刻在开始等待时确定一次；错过的周期只补一次，不会集中爆发。",
        ),
        "messageEventDefinition": Accepted(
            "message",
            "message",
            "消息",
            "By its name, and by the value of flow:correlate.",
            "按名称与 flow:correlate 的值匹配。",
            "Carries the declared payload only.",
            "只携带声明的内容。",
        ),
        "signalEventDefinition": Accepted(
            "signal",
            "signal",
            "信号",
            "By its name, to everybody who waits for it.",
            "按名称发给所有等待者。",
            "A signal end event really sends.",
            "信号结束事件会真正发出信号。",
        ),
        "errorEventDefinition": Accepted(
            "error",
            "error",
            "错误",
            "Goes to the innermost event that catches its code; one that nobody catches is held for an operator.",
            "由最内层捕获该代码的事件处理；无人捕获时挂起，由运维处理。",
        ),
        "escalationEventDefinition": Accepted(
            "escalation",
            "escalation",
            "升级",
            "As an error, but it need not interrupt, and nobody need catch it.",
            "与错误类似，但不必中断，也可以无人捕获。",
        ),
        "conditionalEventDefinition": Accepted(
            "condition",
            "condition",
            "条件",
            "When its condition over the variables becomes true.",
            "当关于变量的条件变为成立时触发。",
            "A change in another branch wakes it too.",
            "其他分支的改变同样会唤醒它。",
        ),
        "cancelEventDefinition": Accepted(
            "cancel",
            "cancel",
            "取消",
            "Breaks off the transaction it stands in.",
            "中断所在的事务子流程。",
        ),
        "terminateEventDefinition": Accepted(
            "terminate",
            "terminate",
            "终止",
            "Breaks off everything else in its process or subprocess.",
            "中断所在流程或子流程中的其他一切。",
        ),
        "linkEventDefinition": Accepted(
            "link",
            "link",
            "链接",
            "A throw leads to the catch of the same name, as one flow.",
            "抛出与同名的捕获相当于一条流向。",
            "Joined before anything runs; the library would end the process there.",
            "运行前即连接起来；底层库会在此处结束流程。",
        ),
    }
)
# Where each event may stand. "" is the event without a definition.
PLACES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "startEvent": frozenset({"", "timer", "message", "signal"}),
        "endEvent": frozenset({"", "message", "signal", "error", "escalation", "cancel", "terminate"}),
        "intermediateCatchEvent": frozenset({"timer", "message", "signal", "condition", "link"}),
        "intermediateThrowEvent": frozenset({"", "message", "signal", "escalation", "link"}),
        "boundaryEvent": frozenset(
            {"timer", "message", "signal", "condition", "error", "escalation", "cancel"}
        ),
    }
)
# The start of an event subprocess.
TRIGGERS: Final = frozenset({"timer", "message", "signal", "condition", "error", "escalation"})
# What needs a row in the application while it waits: somebody outside fires it, or looks after it.
FIRED_OUTSIDE: Final = frozenset({"timer", "message", "signal", "condition"})

# What may stand inside an element besides flow elements: read, or drawn for people only.
_ANYWHERE: Final = frozenset({"documentation", "extensionElements", "auditing", "monitoring"})
_NODE: Final = _ANYWHERE | {"incoming", "outgoing"}
_ACTIVITY: Final = _NODE | set(MARKERS)
_DRAWN: Final = frozenset({"laneSet", "sequenceFlow", "textAnnotation", "association", "group"})
_EVENT: Final = _NODE | set(EVENTS)
PARTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "process": _ANYWHERE | _DRAWN,
        "subProcess": _ACTIVITY | _DRAWN,
        "transaction": _ACTIVITY | _DRAWN,
        "collaboration": _ANYWHERE | {"textAnnotation", "association", "group"},
        "participant": _ANYWHERE,
        "laneSet": _ANYWHERE | {"lane"},
        "childLaneSet": _ANYWHERE | {"lane"},
        "lane": _ANYWHERE | {"flowNodeRef", "childLaneSet", "partitionElement"},
        "sequenceFlow": _ANYWHERE | {"conditionExpression"},
        "scriptTask": _ACTIVITY | {"script"},
        "multiInstanceLoopCharacteristics": _ANYWHERE
        | {
            "loopCardinality",
            "completionCondition",
            "loopDataInputRef",
            "loopDataOutputRef",
            "inputDataItem",
            "outputDataItem",
        },
        "standardLoopCharacteristics": _ANYWHERE | {"loopCondition"},
        "timerEventDefinition": _ANYWHERE | {"timeDate", "timeDuration", "timeCycle"},
        "conditionalEventDefinition": _ANYWHERE | {"condition"},
        **dict.fromkeys(
            (
                "messageEventDefinition",
                "signalEventDefinition",
                "errorEventDefinition",
                "escalationEventDefinition",
                "cancelEventDefinition",
                "terminateEventDefinition",
            ),
            _ANYWHERE,
        ),
        "linkEventDefinition": _ANYWHERE | {"source", "target"},
        **dict.fromkeys(
            (
                "userTask",
                "manualTask",
                "task",
                "serviceTask",
                "businessRuleTask",
                "sendTask",
                "receiveTask",
                "callActivity",
            ),
            _ACTIVITY,
        ),
        **dict.fromkeys(
            (
                "startEvent",
                "endEvent",
                "intermediateCatchEvent",
                "intermediateThrowEvent",
                "boundaryEvent",
            ),
            _EVENT,
        ),
        **dict.fromkeys(
            ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"), _NODE
        ),
        "dataObject": _ANYWHERE | {"dataState"},
        "dataObjectReference": _ANYWHERE | {"dataState"},
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


def _choreography(en: str, zh: str) -> Refused:
    return Refused(
        en,
        zh,
        "It shows what companies say to each other, not what is done.",
        "它表示公司之间的往来，而不是要做的工作。",
        "Draw your own side as a process, and what is said as messages.",
        "请把自己一方画成流程，往来画成消息。",
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
        "complexGateway": Refused(
            "complex gateway",
            "复杂网关",
            "Its rule cannot be read from the diagram.",
            "无法从图中读出其规则。",
            *_GATEWAY_WAY,
        ),
        "implicitThrowEvent": Refused(
            "implicit throw event",
            "隐式抛出事件",
            "It belongs to the execution of multi-instances in other engines and says nothing here.",
            "它只用于其他引擎的多实例执行，在此没有含义。",
            "Use an intermediate throw event.",
            "请使用中间抛出事件。",
        ),
        "adHocSubProcess": Refused(
            "ad hoc subprocess",
            "自由子流程",
            "Nothing says in which order its steps run, or when it ends.",
            "没有说明其中环节的先后与何时结束。",
            "Draw the order with gateways, or one user task with a checklist in its form.",
            "请用网关画出先后顺序，或用一个带核对清单表单的人工环节。",
        ),
        "subChoreography": _choreography("choreography", "编排"),
        "choreographyTask": _choreography("choreography task", "编排任务"),
        "dataStoreReference": _data("data store reference", "数据存储引用"),
        "dataInputAssociation": _data("data input association", "数据输入关联"),
        "dataOutputAssociation": _data("data output association", "数据输出关联"),
        "ioSpecification": _data("input/output specification", "输入输出规格"),
        "property": _data("property", "属性"),
        "compensateEventDefinition": Refused(
            "compensation",
            "补偿",
            "Undoing finished steps is not kept track of.",
            "系统不记录如何撤销已完成的环节。",
            "Draw the way back, or a step that undoes it.",
            "请画出退回的流向，或一个用于撤销的环节。",
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
            "A message finds its receiver by its name and correlation, not by a line.",
            "消息按名称与关联值找到接收者，而不是按连线。",
            "Remove the line; name the message in both events.",
            "请删除连线，并在两端事件中写明同一消息名称。",
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
