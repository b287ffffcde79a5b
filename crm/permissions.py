"""What can be granted about customers."""

from core.rights import WHOLE, declare

declare("crm.view_customer", zh="查看客户", en="View customers")
declare("crm.edit_customer", zh="新建和修改客户", en="Create and change customers")
declare("crm.import_customers", zh="导入客户", en="Import customers", scopes=WHOLE)
