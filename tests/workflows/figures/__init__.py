"""The figures of processes: what is counted is what a plain look at history and rows counts."""
