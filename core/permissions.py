"""The rights of the ground."""

from core.rights import declare

MANAGE_PEOPLE = declare("core.manage_people", zh="管理人员与角色", en="Manage people and roles").code
VIEW_AUDIT = declare("core.view_audit", zh="查看操作日志", en="See the audit log").code
