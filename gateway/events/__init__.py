"""Live status of a run."""
