"""What diagrams may do with a contract. Each is one service, called by the step as the system."""

from contracts import services
from core.models import User
from workflows.registry import OperationContext, Param, Type, operation


@operation(
    name="contracts.submit_contract",
    label=("提交合同", "Submit the contract"),
    params={"submitted_by": Param(Type("text"), required=False)},
)
def submit_contract(context: OperationContext, submitted_by: str | None = None) -> None:
    """Number and freeze the draft; refuses while something is missing, and says what.

    ``submitted_by`` is the user name of who finished the draft. Whoever sets off the step need not be that
    person: the step may have failed and been tried again, or another one may stand between.
    """
    person = _named(submitted_by) if submitted_by else context.person
    services.submit_contract(
        contract_id=context.subject.pk,
        actor=context.actor,
        submitted_by=person if isinstance(person, User) else None,
    )


@operation(name="contracts.appraise_contract", label=("转入评审", "Hand to appraisal"))
def appraise_contract(context: OperationContext) -> None:
    """The contract is large: it goes to those who appraise."""
    services.appraise_contract(contract_id=context.subject.pk, actor=context.actor)


@operation(name="contracts.approve_contract", label=("批准合同", "Approve the contract"))
def approve_contract(context: OperationContext) -> None:
    """All reviewers agree: the contract may be sealed."""
    services.approve_contract(contract_id=context.subject.pk, actor=context.actor)


@operation(name="contracts.return_contract", label=("退回起草人", "Return to the drafter"))
def return_contract(context: OperationContext) -> None:
    """Back to draft, with the reviewer's reason."""
    services.return_contract(contract_id=context.subject.pk, actor=context.actor)


@operation(name="contracts.reject_contract", label=("驳回合同", "Reject the contract"))
def reject_contract(context: OperationContext) -> None:
    """The contract ends unsigned, with the reviewer's reason."""
    services.reject_contract(contract_id=context.subject.pk, actor=context.actor)


@operation(
    name="contracts.remind_signature",
    label=("催回签章件", "Remind of the signed copy"),
    params={"by": Param(Type("text"), required=False), "note": Param(Type("text"), required=False)},
)
def remind_signature(context: OperationContext, by: str | None = None, note: str | None = None) -> None:
    """Tell the contract's owner that the signed copy is not back; ``by`` is the user name of who asks for it."""
    services.remind_signature(
        contract_id=context.subject.pk,
        actor=context.actor,
        by=_named(by) if by else None,
        note=note or "",
    )


@operation(
    name="contracts.give_up_contract",
    label=("作废合同", "Void the contract"),
    params={"reason": Param(Type("text"), required=False)},
)
def give_up_contract(context: OperationContext, reason: str | None = None) -> None:
    """The customer does not sign: the contract is voided, unless money is allocated to it."""
    services.give_up_contract(contract_id=context.subject.pk, actor=context.actor, reason=reason or "")


@operation(
    name="contracts.check_first_payment",
    label=("核对首笔回款", "Check for the first payment"),
    result={"paid": "boolean"},
)
def check_first_payment(context: OperationContext) -> dict[str, bool]:
    """Whether confirmed money has come in for the contract, be it an advance; nobody changes that in this step."""
    return {
        "paid": services.check_first_payment(contract_id=context.subject.pk, actor=context.actor),
    }


@operation(
    name="contracts.remind_first_payment",
    label=("提醒首笔回款", "Remind of the first payment"),
)
def remind_first_payment(context: OperationContext) -> None:
    """Tell the contract's owner and finance that the first payment has not come."""
    services.remind_first_payment(contract_id=context.subject.pk, actor=context.actor)


@operation(name="contracts.activate_contract", label=("合同生效", "Put the contract into effect"))
def activate_contract(context: OperationContext) -> None:
    """Both parties have signed, and what else the contract waits for has come: it takes effect."""
    services.activate_contract(contract_id=context.subject.pk, actor=context.actor)


def _named(username: str) -> User | None:
    return User.objects.filter(username=username).first()
