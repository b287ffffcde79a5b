"""What diagrams may do with a contract. Each is one service, called by the step as the system."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from contracts import performance_operations, services
from core.errors import Conflict
from core.models import User
from workflows.registry import OperationContext, Param, Type, operation

# Those of a contract in effect are found with these.
__all__ = ["performance_operations"]


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
    """The contract takes more than the line's reviews: it goes to those who appraise."""
    services.appraise_contract(contract_id=context.subject.pk, actor=context.actor)


@operation(
    name="contracts.conclude_appraisal",
    label=("汇总评审意见", "Conclude the appraisal"),
    params={"step": "text", "share": Param(Type("decimal"), required=False)},
    result={"passed": "boolean", "vetoed": "boolean", "agreed": "integer", "disagreed": "integer"},
)
def conclude_appraisal(
    context: OperationContext, step: str, share: Decimal = services.TWO_THIRDS
) -> dict[str, Any]:
    """What those asked at a step came to: passed if nobody vetoed and the share of those who agree is reached.

    ``step`` is the id of the step whose answers count; ``share`` lies between 0 and 1, two thirds if not given.
    """
    return asdict(
        services.conclude_appraisal(
            contract_id=context.subject.pk, actor=context.actor, step=step, share=share
        )
    )


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


@operation(name="contracts.remind_obligation", label=("提醒逾期义务", "Remind of an overdue obligation"))
def remind_obligation(context: OperationContext) -> None:
    """The day has passed: tell whoever looks after the obligation, and their manager."""
    services.remind_obligation(obligation_id=context.subject.pk, actor=context.actor)


def _named(username: str) -> User | None:
    return User.objects.filter(username=username).first()


# Collection ---------------------------------------------------------------------------------------

_STATES = Type("choice", choices=("none", "open", "broken"))
_DISPUTES = Type("choice", choices=("none", "open", "upheld"))


@operation(
    name="contracts.read_account",
    label=("读取客户账目", "Read the customer's account"),
    result={
        "is_settled": "boolean",
        "outstanding": "decimal",
        "interest": "decimal",
        "overdue": "decimal",
        "overdue_count": "integer",
        "days_overdue": "integer",
        "days_to_due": "integer",
        "promise": _STATES,
        "dispute": _DISPUTES,
        "level": "integer",
        "days_since_level": "integer",
        "days_since_call": "integer",
        "days_since_reminder": "integer",
        "next_on": "date",
    },
)
def read_account(context: OperationContext) -> Mapping[str, Any]:
    """What the customer owes, how late it is, what was promised, and on which day to look again.

    An open promise whose day has passed without the money is settled as broken. What is disputed does not count
    as overdue here. 999 days stand for never. The day to look again always lies after today.
    """
    return services.read_account(customer_id=context.subject.pk, actor=context.actor)


@operation(
    name="contracts.raise_level",
    label=("提高催款级别", "Raise the dunning level"),
    params={"level": "integer", "approved_by": Param(Type("text"), required=False)},
    result={"is_raised": "boolean"},
)
def raise_level(context: OperationContext, level: int, approved_by: str | None = None) -> dict[str, bool]:
    """What is overdue and undisputed reaches this level; finance's next run of letters takes it up.

    The balances are read again under their locks. If the money, or a promise, came at this very moment, nothing
    is raised and the step says so: the news about it leads the case to look again.
    """
    try:
        services.raise_level(
            customer_id=context.subject.pk,
            level=level,
            actor=context.actor,
            approved_by=_named(approved_by) if approved_by else None,
        )
    except Conflict:
        return {"is_raised": False}
    return {"is_raised": True}
