"""Pages of processes: inbox and tasks, cases, failures, definitions."""
