"""The quality gate: it judges a plan by fixed criteria and never edits it."""
