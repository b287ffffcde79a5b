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
    person = User.objects.filter(username=submitted_by).first() if submitted_by else context.person
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


@operation(name="contracts.activate_contract", label=("合同生效", "Put the contract into effect"))
def activate_contract(context: OperationContext) -> None:
    """Both parties have signed: the contract takes effect."""
    services.activate_contract(contract_id=context.subject.pk, actor=context.actor)
