"""Measurements of the whole system, printed as ratios against a baseline of the same run."""
