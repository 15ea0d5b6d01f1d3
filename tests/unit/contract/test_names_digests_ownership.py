from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buildplan.v1.plan_pb2 import Sections
from buildplan.v1.session_pb2 import SessionMetadata
from services.contract import names
from services.contract.digests import message_digest, text_digest
from services.contract.ownership import foreign_sections, owners, sections_of

IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)


@settings(deadline=None)
@given(IDS, IDS)
def test_names_are_read_as_they_are_made(session: str, other: str) -> None:
    assert names.parse_session(names.session_name(session)) == session
    assert names.parse(names.document_name(session, other), "documents") == (session, other)
    assert names.parse(names.run_name(session, other), "runs") == (session, other)
    assert names.last_id(names.conflict_name(session, other)) == other


@pytest.mark.parametrize(
    "name",
    [
        "",
        "sessions/",
        "sessions/A",
        "sessions/a/b",
        "sessions/a/",
        "/sessions/a",
        "runs/a",
        "sessions/../etc",
        "sessions/a\n",
    ],
)
def test_what_is_no_session_is_refused_with_the_form(name: str) -> None:
    with pytest.raises(names.BadName, match=r"sessions/\{id\}"):
        names.parse_session(name)


def test_a_name_of_another_collection_is_refused() -> None:
    with pytest.raises(names.BadName, match="documents"):
        names.parse("sessions/a/runs/b", "documents")


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))), st.lists(st.text("ab")))
def test_text_digests_keep_the_parts_apart(one: list[str], other: list[str]) -> None:
    assert (text_digest(one) == text_digest(other)) == (one == other)


def test_equal_messages_have_equal_digests() -> None:
    one = SessionMetadata(project_name="P", customer="C")
    other = SessionMetadata(customer="C", project_name="P")
    assert message_digest(one) == message_digest(other)
    other.family = "F"
    assert message_digest(one) != message_digest(other)


def test_every_section_has_one_owner_and_the_table_of_the_design_holds() -> None:
    assert owners() == {
        "quality_plan": "qma",
        "purchasing": "pma",
        "release_plan": "sca",
        "execution_strategy": "sca",
        "engineering_instructions": "ema",
    }
    assert sections_of("sca") == ("release_plan", "execution_strategy")
    assert sections_of("nobody") == ()


def test_foreign_sections_are_named_even_when_they_are_empty() -> None:
    sections = Sections()
    sections.quality_plan.SetInParent()
    sections.purchasing.SetInParent()
    assert foreign_sections("qma", sections) == ("purchasing",)
