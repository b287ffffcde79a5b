"""What can be granted about fairs."""

from core.rights import declare

declare("fairs.view_fair", zh="查看展会", en="View fairs")
declare("fairs.edit_fair", zh="新建和修改展会", en="Create and change fairs")
