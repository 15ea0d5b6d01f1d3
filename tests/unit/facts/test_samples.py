"""The sample project: every deliberate conflict of samples/README.md is found, and nothing else."""

from __future__ import annotations

import pytest

from buildplan.v1 import fact_pb2 as pb
from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.document_pb2 import Document
from buildplan.v1.fact_pb2 import Fact
from services.contract.citations import normalise, occurs
from services.coordinator.conflicts import find_conflicts
from services.coordinator.documents.stamp import stamp
from services.facts.extraction import extract_facts
from services.reader.limits import Limits
from services.reader.read import read_upload
from tests.unit.facts.reading import SAMPLES, SESSION, read_session

TIE, BY_PRECEDENCE = DocumentConflict.STATE_TIE, DocumentConflict.STATE_RESOLVED_BY_PRECEDENCE
EXPECTED = {
    (pb.TOPIC_PASSIVATION, ""): (TIE, ["ASTM A967 nitric 2", "ASTM A967 citric 4"]),
    (pb.TOPIC_REVISION, "br-2041"): (TIE, ["B", "C"]),
    (pb.TOPIC_TEST_EXTENT, "penetrant testing of structural welds"): (BY_PRECEDENCE, ["100 %", "20 %"]),
    (pb.TOPIC_DUE_DATE, "production"): (BY_PRECEDENCE, ["2027-04-30", "2027-04-16"]),
    (pb.TOPIC_DUE_DATE, "spare base plate"): (BY_PRECEDENCE, ["2027-04-30", "2027-04-16"]),
    (pb.TOPIC_NOTICE_PERIOD, "witness point"): (BY_PRECEDENCE, ["5 working days", "10 working days"]),
    (pb.TOPIC_MATERIAL_GRADE, "frame tube"): (BY_PRECEDENCE, ["316L", "304L"]),
}

Papers = tuple[list[Document], list[Fact]]


@pytest.fixture(scope="module")
def papers() -> Papers:
    return read_session(sorted(path for path in SAMPLES.iterdir() if path.is_file()))


def test_the_deliberate_conflicts_and_no_others(papers: Papers) -> None:
    conflicts = find_conflicts(SESSION, *papers)
    found = {
        (conflict.topic, conflict.subject): (conflict.state, [side.fact.value for side in conflict.sides])
        for conflict in conflicts
    }
    assert found == EXPECTED


def test_a_tie_asks_and_names_no_winner(papers: Papers) -> None:
    ties = [conflict for conflict in find_conflicts(SESSION, *papers) if conflict.state == TIE]
    assert ties
    for tie in ties:
        assert tie.question
        assert tie.working_assumption
        assert not tie.winning_value
        assert {side.precedence for side in tie.sides} == {1}


def test_every_fact_quotes_its_own_paper(papers: Papers) -> None:
    documents, facts = papers
    names = {document.name for document in documents}
    assert len({fact.id for fact in facts}) == len(facts)
    for fact in facts:
        assert fact.citation.document in names
        assert fact.citation.quote
        assert fact.citation.passage_id


@pytest.mark.parametrize(
    ("topic", "subject", "value"),
    [
        (pb.TOPIC_THICKNESS, "base plate", "6.35 mm"),
        (pb.TOPIC_LEAD_TIME, "gear reducer", "182 days"),
        (pb.TOPIC_DUE_DATE, "first article", "2027-02-26"),
        (pb.TOPIC_DUE_DATE, "first article ready for inspection", "2027-02-19"),
        (pb.TOPIC_PPAP_LEVEL, "", "level 3"),
        (pb.TOPIC_WELD_CODE, "", "AWS D1.6"),
        (pb.TOPIC_SURFACE_ROUGHNESS, "product side face", "Ra 0.8 µm"),
        (pb.TOPIC_QUANTITY, "production", "4"),
    ],
)
def test_what_schedules_and_plans_need_is_there(
    papers: Papers, topic: pb.Topic.ValueType, subject: str, value: str
) -> None:
    assert (topic, subject, value) in {(fact.topic, fact.subject, fact.value) for fact in papers[1]}


def test_every_quote_is_found_on_its_page() -> None:
    checked = 0
    for path in sorted(path for path in SAMPLES.iterdir() if path.is_file()):
        for part in read_upload(path.read_bytes(), path.name, Limits(), lambda _pages: None):
            stamp("s", "d", part.document, part.pages)
            pages = {page.number: normalise(page.text) for page in part.pages}
            for fact in extract_facts(part.document, part.pages):
                assert occurs(fact.citation.quote, pages[fact.citation.page]), fact.citation.quote
                checked += 1
    assert checked > 100
