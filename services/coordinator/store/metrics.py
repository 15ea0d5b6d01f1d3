"""What can be counted of the store's writer."""

from __future__ import annotations

from services.runtime.metrics import Gauge, Histogram

QUEUE = Gauge("buildplan_store_queue_units", "Units of work that wait for the writer.")
BATCH_SECONDS = Histogram(
    "buildplan_store_batch_seconds", "One batch of units, from its first statement to its commit."
)
