"""Plain data that a new company starts with."""
