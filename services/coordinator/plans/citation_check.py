"""Every citation of a plan is looked up on its page; what is not found there is marked, never dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.document_pb2 import Document, Page
from buildplan.v1.fact_pb2 import Fact
from buildplan.v1.plan_pb2 import Patch, Plan
from buildplan.v1.statement_pb2 import Citation, Statement
from services.contract.citations import normalise, occurs
from services.contract.statements import Line, lines
from services.coordinator.plans.inputs import PageKey, Pages

COORDINATOR = "coordinator"
_PLAIN_LABEL = re.compile(r"page \d+\Z")


def cited_pages(patches: Iterable[Patch], conflicts: Iterable[DocumentConflict] = ()) -> set[PageKey]:
    """The pages (document name, page) that the citation check needs for these patches and conflicts."""
    statements = (line.statement for patch in patches for line in lines(patch))
    keys = {(citation.document, citation.page) for statement in statements for citation in statement.citations}
    return keys | {(fact.citation.document, fact.citation.page) for fact in claims(conflicts)}


def claims(conflicts: Iterable[DocumentConflict]) -> Iterator[Fact]:
    """All facts of the conflicts' sides."""
    for conflict in conflicts:
        for side in conflict.sides:
            yield side.fact
            yield from side.also


def checked_lines(plan: Plan) -> Iterator[Line]:
    """The lines whose citations are counted: sections, questions and tasks that the agents wrote."""
    yield from lines(plan.sections)
    for question in plan.open_questions:
        if question.asked_by != COORDINATOR:
            yield Line("open_questions", question, question.statement)
    for task in plan.tasks:
        if task.source != COORDINATOR:
            yield Line("tasks", task, task.statement)


def count_citations(plan: Plan) -> None:
    """Sets the plan's two counts from the flags of its citations."""
    flags = [citation.verified for line in checked_lines(plan) for citation in line.statement.citations]
    plan.citations_checked = len(flags)
    plan.citations_unverified = flags.count(False)


class CitationCheck:
    """Checks citations against pages; each page is normalised once."""

    def __init__(self, pages: Pages, sources: Sequence[Document]) -> None:
        self._pages = pages
        self._file_names: Mapping[str, str] = {source.name: source.file_name for source in sources}
        self._normalised: dict[PageKey, str] = {}
        self._locators: dict[PageKey, dict[str, str]] = {}

    def check(self, statement: Statement) -> None:
        """Sets what code fills in the statement's citations, and its own `verified`."""
        for citation in statement.citations:
            self.check_citation(citation)
        statement.verified = is_verified(statement)

    def check_claim(self, fact: Fact) -> None:
        """Checks a fact's citation; code cut it from its page, so without the page its own flag stays."""
        found_before = fact.citation.verified
        self.check_citation(fact.citation)
        if (fact.citation.document, fact.citation.page) not in self._pages:
            fact.citation.verified = found_before

    def check_citation(self, citation: Citation) -> None:
        """Sets file name, locator and `verified` of one citation; false when its page is not at hand."""
        key = (citation.document, citation.page)
        page = self._pages.get(key)
        citation.file_name = self._file_names.get(citation.document, citation.file_name)
        if page is None:
            citation.verified = False
            return
        citation.locator = self._locator(key, page, citation.passage_id)
        citation.verified = occurs(citation.quote, self._text(key, page), ocr=page.origin == Page.ORIGIN_OCR)

    def _text(self, key: PageKey, page: Page) -> str:
        if key not in self._normalised:
            self._normalised[key] = normalise(page.text)
        return self._normalised[key]

    def _locator(self, key: PageKey, page: Page, passage_id: str) -> str:
        """The page's label where it is more than "page 3", then the passage's place on it."""
        if key not in self._locators:
            self._locators[key] = {passage.id: passage.locator for passage in page.passages}
        label = "" if _PLAIN_LABEL.match(page.label) else page.label
        return ", ".join(filter(None, (label, self._locators[key].get(passage_id, ""))))


def is_verified(statement: Statement) -> bool:
    """True when there is at least one citation and every citation was verified."""
    return bool(statement.citations) and all(citation.verified for citation in statement.citations)
