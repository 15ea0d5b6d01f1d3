"""Sentences that a page break cuts in two."""

from __future__ import annotations

import re
from collections.abc import Iterable

from buildplan.v1.document_pb2 import Passage

_ENDED = re.compile(r"[.!?:;][\"”’')\]]*\s*\Z")


def continuations(passages: Iterable[Passage]) -> dict[str, Passage]:
    """The passage on the next page in which an unfinished one goes on, by the unfinished one's id."""
    found: dict[str, Passage] = {}
    last: Passage | None = None
    for passage in passages:
        if passage.role in (Passage.ROLE_HEADER_FOOTER, Passage.ROLE_CONTENTS):
            continue
        if last is not None and _goes_on(last, passage):
            found[last.id] = passage
        last = passage
    return found


def _goes_on(before: Passage, after: Passage) -> bool:
    if before.document != after.document or after.page != before.page + 1:
        return False
    both_run = before.role == Passage.ROLE_BODY == after.role
    return both_run and after.text[:1].islower() and _ENDED.search(before.text) is None
