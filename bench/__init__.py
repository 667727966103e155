"""Benchmarks: each compares two ways side by side in one run, and prints ratios.

One module measures one family of rows: ``measure()`` yields a :class:`~bench.results.Result`
for each. ``families.py`` lists them, ``python -m bench [FAMILY ...]`` runs them.
"""
