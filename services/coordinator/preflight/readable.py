"""Whether a document gave any text."""

from __future__ import annotations

from buildplan.v1.document_pb2 import Document


def is_readable(document: Document) -> bool:
    """True when some text of the document can be used."""
    return document.character_count > 0 and not any(finding.fatal for finding in document.findings)
