"""What can be granted about contracts and their money."""

from core.rights import WHOLE, declare

declare("contracts.view_contract", zh="查看合同", en="View contracts")
declare("contracts.draft_contract", zh="草拟合同", en="Draft contracts")
declare("contracts.void_contract", zh="作废合同", en="Void contracts")
declare("contracts.request_termination", zh="申请提前终止合同", en="Ask to end contracts before their time")
declare(
    "contracts.settle_termination",
    zh="结算提前终止的合同",
    en="Settle contracts that end before their time",
)
declare("contracts.accept_deviations", zh="认可条款偏离", en="Accept deviations from templates")
declare("contracts.seal_contract", zh="合同用印", en="Seal contracts")
declare("contracts.record_signature", zh="登记签章件", en="Record signed copies")
declare("contracts.share_contract", zh="把合同发给客户确认", en="Send contracts to customers to be confirmed")

declare("contracts.manage_obligation", zh="登记和了结合同义务", en="Record and settle what contracts ask for")

declare("contracts.view_payment", zh="查看回款和应收款", en="View payments and receivables")
declare("contracts.record_payment", zh="登记回款", en="Record payments")
declare("contracts.confirm_payment", zh="确认回款", en="Confirm payments")
declare("contracts.reverse_payment", zh="冲销回款", en="Reverse payments")
declare("contracts.print_dunning", zh="打印催款单", en="Print dunning notices")
declare("contracts.record_promise", zh="登记催款、承诺付款和争议", en="Record calls, promises and disputes")
declare("contracts.hold_dispute", zh="处理付款争议", en="Decide on disputed instalments")
declare("contracts.approve_dunning", zh="批准催款批次", en="Approve dunning runs")
declare(
    "contracts.dispatch_dunning", zh="登记催款函寄送和送达", en="Record how letters were sent and arrived"
)

declare("contracts.edit_template", zh="编写合同模板", en="Write contract templates", scopes=WHOLE)
declare("contracts.publish_template", zh="发布合同模板", en="Publish contract templates", scopes=WHOLE)

declare("contracts.view_product", zh="查看产品", en="View products", scopes=WHOLE)
declare("contracts.edit_product", zh="维护产品", en="Maintain products", scopes=WHOLE)
declare("contracts.manage_own_company", zh="维护签约主体", en="Maintain our own company", scopes=WHOLE)
