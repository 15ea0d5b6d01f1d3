"""Where a model says that its lines stand, brought to our names and checked against the pages."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import Passage
from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.statement_pb2 import Citation
from services.contract.citations import normalise, occurs
from services.contract.names import last_id
from services.contract.statements import lines

_SHOWN_CHARACTERS = 120


@dataclass(frozen=True)
class Unfound:
    """A quote that is not on its page. `path` is the line's section, `problem` says what is wrong."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


class Pages:
    """The pages of a context pack, put together from their passages; each is normalised when first asked for."""

    def __init__(self, context: ContextPack) -> None:
        self._passages = {passage.id: passage for passage in context.passages}
        self._sources = {last_id(source.name): source.name for source in context.sources}
        self._ocr = {source.name for source in context.sources if source.ocr_page_count}
        self._of_page: defaultdict[tuple[str, int], list[Passage]] = defaultdict(list)
        for passage in context.passages:
            self._of_page[passage.document, passage.page].append(passage)
        self._texts: dict[tuple[str, int], str] = {}

    def settle(self, citation: Citation) -> str:
        """Sets document and page from the passage that is named; returns what is wrong, or nothing.

        A document of anywhere else is never named: the field is emptied.
        """
        passage = self._passages.get(citation.passage_id)
        if passage is not None:
            citation.document, citation.page = passage.document, passage.page
        else:
            citation.document = self._sources.get(last_id(citation.document), "")
        return self._wrong(citation, passage)

    def _wrong(self, citation: Citation, passage: Passage | None) -> str:
        quote = " ".join(citation.quote.split())[:_SHOWN_CHARACTERS]
        key = (citation.document, citation.page)
        if key not in self._of_page:
            return f'there is no passage "{citation.passage_id[:80]}" for the quote "{quote}"'
        if not occurs(citation.quote, self._text(key), ocr=citation.document in self._ocr):
            return f'the quote "{quote}" does not stand on the page of {citation.passage_id[:80]}'
        if passage is None:
            citation.passage_id = self._holding(key, citation.quote)
        return ""

    def _holding(self, key: tuple[str, int], quote: str) -> str:
        """The passage of the page that holds the quote; empty when it runs over several."""
        found = (passage.id for passage in self._of_page[key] if occurs(quote, normalise(passage.text)))
        return next(found, "")

    def _text(self, key: tuple[str, int]) -> str:
        if key not in self._texts:
            self._texts[key] = normalise("\n".join(passage.text for passage in self._of_page[key]))
        return self._texts[key]


def settle_citations(patch: Patch, pages: Pages) -> tuple[int, list[Unfound]]:
    """Settles every citation of `patch`; how many there are, and those that were not found."""
    count = 0
    unfound = []
    for line in lines(patch):
        for citation in line.statement.citations:
            count += 1
            if problem := pages.settle(citation):
                unfound.append(Unfound(line.path.removeprefix("sections."), problem))
    return count, unfound
