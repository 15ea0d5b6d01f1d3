from __future__ import annotations

from collections.abc import Callable

import pytest

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.document_pb2 import Document
from buildplan.v1.session_pb2 import Session
from services.coordinator.preflight import input_digest
from tests.unit.preflight.session import complete, session

CONFLICT = DocumentConflict(name="sessions/s/conflicts/c-1", state=DocumentConflict.STATE_TIE)


def test_order_and_times_do_not_matter() -> None:
    subject, documents = session(), complete()
    first = input_digest(subject, documents, [CONFLICT])
    documents[0].create_time.GetCurrentTime()
    subject.update_time.GetCurrentTime()
    subject.latest_run = "sessions/s/runs/r"
    assert input_digest(subject, documents[::-1], [CONFLICT]) == first


def _metadata(subject: Session, _documents: list[Document], _conflict: DocumentConflict) -> None:
    subject.metadata.notes = "more"


def _kind(_subject: Session, documents: list[Document], _conflict: DocumentConflict) -> None:
    documents[0].precedence = 7


def _deleted(_subject: Session, documents: list[Document], _conflict: DocumentConflict) -> None:
    documents.pop()


def _resolved(_subject: Session, _documents: list[Document], conflict: DocumentConflict) -> None:
    conflict.winning_value = "B"


@pytest.mark.parametrize("change", [_metadata, _kind, _deleted, _resolved])
def test_every_change_of_input_changes_the_digest(
    change: Callable[[Session, list[Document], DocumentConflict], None],
) -> None:
    subject, documents, conflict = session(), complete(), DocumentConflict()
    conflict.CopyFrom(CONFLICT)
    first = input_digest(subject, documents, [conflict])
    change(subject, documents, conflict)
    assert input_digest(subject, documents, [conflict]) != first
