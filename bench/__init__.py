"""Benchmarks: ratios against a bare floor measured in the same run, never seconds asserted in a test."""
