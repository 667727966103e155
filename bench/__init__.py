"""Benchmarks: each compares two ways side by side in one run, and prints ratios."""
