"""The rights of the ground."""

from core.rights import declare

MANAGE_PEOPLE = declare("core.manage_people", zh="管理人员与角色", en="Manage people and roles").code
MANAGE_JOBS = declare("core.manage_jobs", zh="管理后台作业", en="Manage background work").code
VIEW_AUDIT = declare("core.view_audit", zh="查看操作日志", en="See the audit log").code
MANAGE_WEBHOOKS = declare("core.manage_webhooks", zh="管理 Webhook", en="Manage webhooks").code
