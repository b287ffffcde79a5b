"""What the process of a contract in effect needs to begin, and what its cancelling takes back."""

from contracts.processes import ContractProcess, add_process
from contracts.services.performance import PROCESS, require_startable
from contracts.services.termination import drop_termination

add_process(ContractProcess(PROCESS, require_startable=require_startable, on_cancel=drop_termination))
