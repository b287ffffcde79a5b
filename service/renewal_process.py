"""What the renewal's process needs of a contract to begin. A renewal that is cancelled stays open: it may begin anew."""

from __future__ import annotations

from contracts.processes import ContractProcess, add_process
from service.services.renewals import PROCESS, require_startable

add_process(ContractProcess(PROCESS, require_startable=require_startable))
