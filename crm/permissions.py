"""What can be granted about customers."""

from core.rights import WHOLE, declare

declare("crm.view_customer", zh="查看客户", en="View customers")
declare("crm.edit_customer", zh="新建和修改客户", en="Create and change customers")
declare(
    "crm.claim_customer", zh="领取公共客户库的客户", en="Claim customers from the public pool", scopes=WHOLE
)
declare("crm.release_customer", zh="释放客户到公共客户库", en="Release customers to the public pool")
declare("crm.judge_duplicates", zh="裁定重复客户", en="Judge duplicates", scopes=WHOLE)
declare("crm.import_customers", zh="导入客户", en="Import customers", scopes=WHOLE)
