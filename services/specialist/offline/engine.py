"""The offline engine: reads in chunks beside the event loop, then writes the patch.

What it reads by, a third of a specialist's start, is imported with the first papers: not before a specialist serves,
and not where a model reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from threading import Event
from typing import TYPE_CHECKING

from buildplan.v1.agent_pb2 import Usage
from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.specialist_service_pb2 import Progress
from services.specialist.offline.reading import Reading
from services.specialist.profile import Profile

if TYPE_CHECKING:
    from services.specialist.offline.reader import PassageReader

_CHUNK_CHARACTERS = 40_000


class OfflineEngine:
    """Deterministic: the same pack and profile always give the same patch."""

    name = "offline"
    model = ""
    prompt_digest = ""
    metered = False

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    async def estimate(self, _context: ContextPack) -> Usage:
        """Nothing: it costs nothing."""
        return Usage()

    async def propose(self, context: ContextPack) -> AsyncIterator[Progress | Patch]:
        """Progress after each chunk, then the patch. Stops between two sentences when it is closed or cancelled."""
        stopped = Event()
        reader = await asyncio.to_thread(_reader, context)
        steps = _steps(context, reader, stopped)
        total = len(context.passages)
        try:
            while (done := await asyncio.to_thread(next, steps, None)) is not None:
                percent = 95 * done // max(total, 1)
                yield Progress(percent=percent, message=f"reading passages {done} of {total}")
            yield Progress(percent=96, message="writing the proposal")
            yield await asyncio.to_thread(compose, self._profile, Reading(context, reader.findings))
        finally:
            stopped.set()


def _reader(context: ContextPack) -> PassageReader:
    from services.specialist.offline.reader import PassageReader

    return PassageReader(context)


def _steps(context: ContextPack, reader: PassageReader, stopped: Event) -> Iterator[int]:
    """Reads the passages and yields, after each chunk, how many are done; ends early when stopped."""
    characters = 0
    for done, passage in enumerate(context.passages, start=1):
        for read in reader.read(passage):
            characters += read
            if stopped.is_set():
                return
            if characters >= _CHUNK_CHARACTERS:
                characters = 0
                yield done


def compose(profile: Profile, reading: Reading) -> Patch:
    """The agent's own findings, its conclusions and its open questions."""
    patch = Patch()
    rules = {rule.target: rule for rule in profile.rules}
    for finding in reading.findings:
        if rule := rules.get(finding.target):
            rule.write(finding, reading, patch)
    for looked_for in profile.looked_for:
        if question := looked_for.asked(reading.findings):
            patch.open_questions.append(question)
    if profile.derive:
        profile.derive(reading, patch)
    return patch
