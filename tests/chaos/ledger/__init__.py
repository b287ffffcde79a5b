"""A small app for the storm: what cases have done, written down by their steps, one row each time."""
