"""What the process needs that tells the platform a new end of a membership."""

from contracts.processes import ContractProcess, add_process
from service.services.extensions import PROCESS, require_startable

add_process(ContractProcess(PROCESS, require_startable=require_startable))
