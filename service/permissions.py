"""What can be granted about what happens after the sale."""

from core.rights import WHOLE, declare

declare("service.view_onboarding", zh="查看开通与上线", en="View onboardings")
declare("service.do_onboarding", zh="办理开通与上线", en="Work on onboardings")
declare("service.skip_item", zh="跳过上线事项", en="Skip items of onboardings")
declare("service.manage_onboarding", zh="维护上线事项", en="Maintain the items of onboarding", scopes=WHOLE)

declare("service.view_complaint", zh="查看投诉", en="View complaints")
declare("service.receive_complaint", zh="登记投诉", en="Register complaints")
declare("service.rule_complaint", zh="判定投诉责任", en="Rule on complaints")
declare("service.handle_complaint", zh="处理投诉", en="Handle complaints")
declare("service.instruct_complaint", zh="批示投诉", en="Instruct on complaints")
declare("service.withdraw_complaint", zh="撤销投诉", en="Withdraw complaints")

declare("service.view_renewal", zh="查看续费", en="View renewals")
