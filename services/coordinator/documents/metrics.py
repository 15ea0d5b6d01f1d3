"""What can be counted of papers as they are read."""

from __future__ import annotations

from collections.abc import Iterable

from services.reader.document import ReadDocument
from services.runtime.metrics import Counter

_READ = Counter("buildplan_documents_read_total", "Documents that came in, attachments included.")
_FAILURES = Counter(
    "buildplan_reader_failures_total", "Documents of which nothing could be used, by finding.", ("code",)
)


def observe(documents: Iterable[ReadDocument]) -> None:
    """Counts documents that the reader returned just now."""
    for read in documents:
        _READ.add(1)
        for finding in read.document.findings:
            if finding.fatal:
                _FAILURES.add(1, finding.code)
