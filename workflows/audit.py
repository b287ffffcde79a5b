"""The audit, for whoever watches over it: ``services.auditing`` says how it is done."""

from workflows.services.auditing import Breach, audit, examine

__all__ = ["Breach", "audit", "examine"]
