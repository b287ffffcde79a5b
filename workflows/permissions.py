"""What may be granted about processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.rights import WHOLE, declare, given_by_rows

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from core.models import User

# Had by whoever may draw or publish some process, because it names one of their roles or is theirs.
CHANGE_SOME = "workflows.change_some_process"

declare("workflows.view_instance", zh="查看流程", en="See cases")
declare("workflows.start_process", zh="发起任何流程", en="Start any process", scopes=WHOLE)
declare(
    "workflows.take_from_queue",
    zh="认领本角色待办的范围",
    en="Reach of the role's queue",
    scopes=("department", "subtree", "all"),
)
declare("workflows.import_definition", zh="绘制和导入流程图", en="Draw and import diagrams", scopes=WHOLE)
declare("workflows.publish_definition", zh="发布流程", en="Publish processes", scopes=WHOLE)
declare("workflows.cancel_instance", zh="终止和挂起流程", en="Cancel and suspend cases")
declare("workflows.retry_incident", zh="处理异常", en="Deal with failures")
declare(
    "workflows.skip_incident",
    zh="跳过失败的环节，或按业务错误继续",
    en="Skip failed steps or let them end with an error",
)
declare("workflows.edit_case_data", zh="修改流程数据", en="Change the data of a case")
declare("workflows.move_case", zh="移动流程", en="Move cases by hand")
declare("workflows.purge_cases", zh="清除已结束的流程", en="Purge ended cases", scopes=WHOLE)
declare("workflows.hold_cases", zh="设置和解除保全", en="Place and lift legal holds", scopes=WHOLE)
declare("workflows.transfer_work_item", zh="转办任何人的待办", en="Hand anybody's tasks on")
declare("workflows.send_message", zh="管理和发送消息", en="Manage and send messages", scopes=WHOLE)
declare("workflows.manage_outside_services", zh="管理外部系统", en="Manage external systems", scopes=WHOLE)
declare(
    "workflows.set_operations",
    zh="授权流程可调用的操作",
    en="Grant the operations a process may call",
    scopes=WHOLE,
)


def _change_some(person: User) -> QuerySet[Any, tuple[str, str]]:
    from django.contrib.postgres.expressions import ArraySubquery
    from django.db.models import Q, Value

    from core.models import Role
    from workflows.models import ProcessDefinition

    roles = ArraySubquery(Role.objects.filter(users=person).order_by().values("code"))
    rows = ProcessDefinition.objects.filter(
        Q(owner=person) | Q(draw_roles__overlap=roles) | Q(publish_roles__overlap=roles)
    )
    return rows.order_by().values_list(Value(CHANGE_SOME), Value("all"))[:1]


given_by_rows(_change_some)
