"""The rights of the ground."""

from core.rights import declare

MANAGE_PEOPLE = declare("core.manage_people", zh="管理人员与角色", en="Manage people and roles").code
VIEW_AUDIT = declare("core.view_audit", zh="查看操作日志", en="See the audit log").code
MANAGE_WEBHOOKS = declare("core.manage_webhooks", zh="管理 Webhook", en="Manage webhooks").code
