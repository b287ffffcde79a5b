"""Processes: definitions, running cases, work items. Domain apps see registry, services and selectors."""
