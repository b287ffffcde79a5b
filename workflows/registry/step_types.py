"""Business steps: what the palette of the editor offers, each with the words it starts with.

One list for palette, "add next step" and panel. ``bpmn`` is the element it becomes; ``words`` what stands in its
``flow:`` words at first, as the editor's flow-words.js writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from core.models.people import in_reader_language
from workflows.registry.adding import Label


@dataclass(frozen=True)
class StepType:
    """A kind of step as managers know it."""

    id: str
    bpmn: str
    label: Label
    hint: Label
    icon: str
    # steps: work that is done. flow: which way it goes. border: what happens beside a step, at its edge.
    group: str = "steps"
    # The kind of event, such as "bpmn:TimerEventDefinition".
    event: str = ""
    # How its id begins; expressions name a step by its id: approval_1.outcome.
    prefix: str = ""
    # Other ways to look for it.
    also: Label = ("", "")
    words: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return in_reader_language(*self.label)


def _outcome(code: str, style: str, zh: str, en: str, *, comment: bool = False) -> dict[str, Any]:
    word: dict[str, Any] = {"code": code, "style": style, "labels": {"zh": zh, "en": en}}
    return {**word, "comment": "required"} if comment else word


STEP_TYPES: Final = (
    StepType(
        "approval",
        "bpmn:UserTask",
        ("审批", "Approval"),
        ("由某个角色或人员同意或退回", "A role or a person agrees or returns it"),
        "badge-check",
        prefix="approval",
        also=("审核 批准 同意 评审", "review sign off agree"),
        words={
            "due": [{"in": "P2D"}],
            "outcome": [
                _outcome("approve", "primary", "同意", "Approve"),
                _outcome("return", "quiet", "退回", "Return", comment=True),
            ],
        },
    ),
    StepType(
        "task",
        "bpmn:UserTask",
        ("人工任务", "Task"),
        ("由人办理的一项工作", "A piece of work that a person does"),
        "user",
        prefix="task",
        also=("办理 待办", "work to do"),
        words={"due": [{"in": "P2D"}]},
    ),
    StepType(
        "operation",
        "bpmn:ServiceTask",
        ("自动操作", "Operation"),
        ("系统自动执行，如变更状态、发送邮件", "The system does it: change a state, send a letter"),
        "zap",
        prefix="operation",
        also=("系统 自动 接口 邮件", "automatic system mail"),
    ),
    StepType(
        "decision",
        "bpmn:BusinessRuleTask",
        ("规则表", "Decision table"),
        ("按表中的规则得出结果", "Its rules give the answer"),
        "table-2",
        prefix="decision",
        also=("规则", "rules"),
    ),
    StepType(
        "called",
        "bpmn:CallActivity",
        ("调用流程", "Called process"),
        ("运行另一个流程，结束后继续", "Runs another process and goes on when it ends"),
        "workflow",
        prefix="called",
        also=("子流程", "subprocess"),
    ),
    StepType(
        "wait",
        "bpmn:IntermediateCatchEvent",
        ("等待", "Wait"),
        ("等待一段时间或到某一天", "For some time, or until a day"),
        "clock",
        event="bpmn:TimerEventDefinition",
        prefix="wait",
        also=("定时 延时 天", "timer delay days"),
        words={"timeDuration": "P7D"},
    ),
    StepType(
        "message",
        "bpmn:IntermediateCatchEvent",
        ("等待消息", "Wait for a message"),
        ("等到某件事发生，如收到回款", "Until something happens, such as a payment"),
        "mail",
        event="bpmn:MessageEventDefinition",
        prefix="message",
        also=("事件 通知", "event happens"),
    ),
    StepType(
        "choice",
        "bpmn:ExclusiveGateway",
        ("判断", "Choice"),
        ("按条件走其中一条", "One way, by its condition"),
        "git-branch",
        group="flow",
        prefix="choice",
        also=("分支 条件 网关 如果", "gateway branch condition if"),
    ),
    StepType(
        "parallel",
        "bpmn:ParallelGateway",
        ("并行", "In parallel"),
        ("几条同时进行，或在此汇合", "Several ways at once, or where they meet"),
        "plus",
        group="flow",
        prefix="parallel",
        also=("同时 汇合 网关", "gateway join together"),
    ),
    StepType(
        "end",
        "bpmn:EndEvent",
        ("结束", "End"),
        ("流程在此结束", "The process ends here"),
        "circle-dot",
        group="flow",
        prefix="end",
        also=("完成 终止", "finish stop"),
    ),
    StepType(
        "late",
        "bpmn:BoundaryEvent",
        ("超过一段时间", "After some time"),
        ("环节办理超过一段时间时，另走一条", "A way of its own when the step takes longer"),
        "alarm-clock",
        group="border",
        event="bpmn:TimerEventDefinition",
        prefix="late",
        also=("超时 升级 催办 逾期 边界", "late overdue escalate boundary"),
        words={"timeDuration": "P1D", "timer": [{"time": "working"}], "interrupts": False},
    ),
)
