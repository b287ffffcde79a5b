"""The rights of the ground."""

from core.rights import WHOLE, declare

MANAGE_PEOPLE = declare(
    "core.manage_people",
    zh="管理人员与角色",
    en="Manage people and roles",
    scopes=("department", "subtree", "all"),
).code
MANAGE_JOBS = declare("core.manage_jobs", zh="管理后台作业", en="Manage background work", scopes=WHOLE).code
VIEW_AUDIT = declare("core.view_audit", zh="查看操作日志", en="See the audit log", scopes=WHOLE).code
MANAGE_WEBHOOKS = declare("core.manage_webhooks", zh="管理 Webhook", en="Manage webhooks", scopes=WHOLE).code
MANAGE_CALENDAR = declare(
    "core.manage_calendar", zh="管理工作日历", en="Manage the working calendar", scopes=WHOLE
).code
MANAGE_SETTINGS = declare("core.manage_settings", zh="管理系统设置", en="Manage settings", scopes=WHOLE).code
MANAGE_NUMBERS = declare(
    "core.manage_numbers", zh="管理编号规则", en="Manage number rules", scopes=WHOLE
).code
SHARE_VIEWS = declare("core.share_views", zh="共享列表视图", en="Share views of lists", scopes=WHOLE).code
VIEW_REPORTS = declare("core.view_reports", zh="查看报表", en="See reports").code
SCHEDULE_REPORTS = declare(
    "core.schedule_reports", zh="定时发送报表", en="Send reports on a schedule", scopes=WHOLE
).code
VIEW_IMPORTS = declare(
    "core.view_imports", zh="查看所有导入", en="See everybody's imports", scopes=WHOLE
).code
REMOVE_COMMENTS = declare(
    "core.remove_comments",
    zh="删除他人的评论与附件",
    en="Remove comments and files of others",
    scopes=WHOLE,
).code
