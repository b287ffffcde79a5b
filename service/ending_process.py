"""What the process needs that ends our services with a terminated contract, and what is said of it before."""

from contracts.consequences import add_consequences
from contracts.processes import ContractProcess, add_process
from service.services.endings import PROCESS, require_startable, services_that_end

add_process(ContractProcess(PROCESS, require_startable=require_startable))
add_consequences(services_that_end)
