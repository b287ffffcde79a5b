"""Processes, cases and work items over the REST API."""
