"""Open questions: the agents' own and one for each tie, none of them twice, blocking ones first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.plan_pb2 import OpenQuestion
from buildplan.v1.statement_pb2 import Citation, Statement
from services.contract.citations import normalise
from services.coordinator.plans.citation_check import is_verified
from services.coordinator.plans.synthesis.composing import distinct
from services.coordinator.plans.synthesis.ties import tie_question, ties
from services.coordinator.plans.wording import fingerprint, says_the_same

Place = tuple[str, int, str]


def open_questions(asked: Iterable[OpenQuestion], conflicts: Sequence[DocumentConflict]) -> list[OpenQuestion]:
    """All questions of the plan. A question that an agent asks about a tie is the tie's own question."""
    of_ties = [tie_question(conflict) for conflict in ties(conflicts)]
    sides = {_places(question.statement)[0]: question for question in of_ties if question.statement.citations}
    listed = _Listed()
    for question in of_ties:
        listed.add(question)
    for question in asked:
        if not _is_about_a_tie(question.statement, sides):
            listed.add(question)
    return sorted(listed.questions, key=lambda question: not question.blocking)


class _Listed:
    """Questions so far, found again by their words, or by the place that raised them and similar words."""

    def __init__(self) -> None:
        self.questions: list[OpenQuestion] = []
        self._by_words: dict[str, OpenQuestion] = {}
        self._by_place: dict[Place, OpenQuestion] = {}

    def add(self, question: OpenQuestion) -> None:
        same = self._same(question)
        if same is not None:
            _join(same, question)
            return
        self.questions.append(question)
        self._by_words[fingerprint(question.statement.text)] = question
        for place in _places(question.statement)[:1]:
            self._by_place.setdefault(place, question)

    def _same(self, question: OpenQuestion) -> OpenQuestion | None:
        if same := self._by_words.get(fingerprint(question.statement.text)):
            return same
        for place in _places(question.statement)[:1]:
            near = self._by_place.get(place)
            if near and near.ask == question.ask and says_the_same(near.statement.text, question.statement.text):
                return near
        return None


def _join(kept: OpenQuestion, other: OpenQuestion) -> None:
    """What the second asker knows more is kept: blocking, an assumption, further citations."""
    kept.blocking = kept.blocking or other.blocking
    kept.working_assumption = kept.working_assumption or other.working_assumption
    citations: list[Citation] = distinct([*kept.statement.citations, *other.statement.citations])
    del kept.statement.citations[:]
    kept.statement.citations.extend(citations)
    kept.statement.verified = is_verified(kept.statement)


def _is_about_a_tie(statement: Statement, ties_by_place: Mapping[Place, OpenQuestion]) -> bool:
    """True when the statement cites every side of one tie."""
    places = set(_places(statement))
    near = (ties_by_place[place] for place in places if place in ties_by_place)
    return any(len(tie.statement.citations) > 1 and places.issuperset(_places(tie.statement)) for tie in near)


def _places(statement: Statement) -> list[Place]:
    return [(each.document, each.page, normalise(each.quote)) for each in statement.citations]
