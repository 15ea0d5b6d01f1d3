"""Runs: dispatch to specialists, attempts, events, checkpoints, resume, retry, cancel, recovery."""
