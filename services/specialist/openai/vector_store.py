"""Search in a session's OpenAI vector store.

What comes back is mapped onto our own passages, so that every citation can still be checked on its page.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import Passage
from services.contract.names import last_id
from services.specialist.openai.provider import Provider

DOCUMENT_ATTRIBUTE = "document"
_MOST_HITS = 50
_MOST_QUERIES = 20
_LEAST_SHARE = 0.6
_WORDS_IN_RUN = 5


async def search(
    provider: Provider, context: ContextPack, passages: Sequence[Passage], questions: Sequence[str]
) -> list[list[int]]:
    """Indices of `passages` that the store finds for the questions, by chunk, the best first; raises CallFailed."""
    hits = await provider.search(context.vector_store_id, questions[:_MOST_QUERIES], _MOST_HITS)
    return await asyncio.to_thread(lambda: Mapper(context, passages).map(hits))


class Mapper:
    """Finds the passages that a chunk of a vector store covers, by document and by runs of words that both hold."""

    def __init__(self, context: ContextPack, passages: Sequence[Passage]) -> None:
        self._names = {last_id(source.name): source.name for source in context.sources}
        self._by_file: defaultdict[str, set[str]] = defaultdict(set)
        for source in context.sources:
            self._by_file[source.file_name].add(source.name)
        self._runs_of = [_runs(passage.text) for passage in passages]
        self._holding: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for number, passage in enumerate(passages):
            for run in self._runs_of[number]:
                self._holding[passage.document, run].append(number)

    def map(self, hits: Sequence[Mapping[str, Any]]) -> list[list[int]]:
        """Passages of each hit in the hits' order, each passage once; hits of anything else are left out."""
        seen: set[int] = set()
        found = []
        for hit in hits:
            text = "\n".join(str(part.get("text", "")) for part in hit.get("content") or ())
            covered = {number for document in self._documents(hit) for number in self._covered(document, text)} - seen
            if covered:
                found.append(sorted(covered))
                seen |= covered
        return found

    def _documents(self, hit: Mapping[str, Any]) -> set[str]:
        """The session's documents that a hit may be of: by its attribute, else by its file's name."""
        told = (hit.get("attributes") or {}).get(DOCUMENT_ATTRIBUTE)
        if isinstance(told, str):
            return {name for name in (self._names.get(last_id(told)),) if name}
        return self._by_file.get(str(hit.get("filename", "")), set())

    def _covered(self, document: str, chunk: str) -> Iterator[int]:
        """Passages of which the chunk holds most runs."""
        shared = Counter(number for run in _runs(chunk) for number in self._holding.get((document, run), ()))
        return (number for number, held in shared.items() if held >= _LEAST_SHARE * len(self._runs_of[number]))


def _runs(text: str) -> set[str]:
    """All runs of five words; none of a shorter text, which would be found everywhere."""
    words = text.lower().split()
    return {" ".join(words[at : at + _WORDS_IN_RUN]) for at in range(len(words) - _WORDS_IN_RUN + 1)}
