"""What can be granted about customers."""

from core.rights import WHOLE, declare

declare("crm.view_customer", zh="查看客户", en="View customers")
declare("crm.edit_customer", zh="新建和修改客户", en="Create and change customers")
declare(
    "crm.claim_customer", zh="领取公共客户库的客户", en="Claim customers from the public pool", scopes=WHOLE
)
declare("crm.release_customer", zh="释放客户到公共客户库", en="Release customers to the public pool")
declare("crm.judge_duplicates", zh="裁定重复客户", en="Judge duplicates", scopes=WHOLE)
declare("crm.log_activity", zh="记录行动", en="Log activities")
declare("crm.override_status", zh="直接设置客户状态", en="Set customer statuses by hand")
declare(
    "crm.manage_statuses",
    zh="维护客户状态和行动类型",
    en="Maintain customer statuses and activity types",
    scopes=WHOLE,
)
declare("crm.manage_groups", zh="维护执行人分组", en="Maintain executor groups", scopes=WHOLE)
declare("crm.view_member", zh="查看会员账号", en="View member accounts")
declare("crm.manage_pools", zh="维护分配池", en="Maintain assignment pools", scopes=WHOLE)
declare("crm.import_customers", zh="导入客户", en="Import customers", scopes=WHOLE)
