"""Work after the commit: a row first, then a worker that takes it for a while.

``enqueue`` writes the wish in the transaction of whoever wants it; ``handler`` says in Python what is done
for a kind of job. The parts below (leases, heartbeat, rates, runner) serve any table of jobs.
"""

from core.jobs.failures import GiveUp, Later, LeaseLost
from core.jobs.queue import enqueue
from core.jobs.rates import Rate
from core.jobs.registry import JobRun, Policy, handler

__all__ = ["GiveUp", "JobRun", "Later", "LeaseLost", "Policy", "Rate", "enqueue", "handler"]
