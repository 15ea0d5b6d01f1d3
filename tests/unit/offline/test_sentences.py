from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.specialist.offline.sentences import LONGEST, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Passivate per ASTM A967, Sec. 4.2 and clean. Pack it.",
            ["Passivate per ASTM A967, Sec. 4.2 and clean.", ("Pack it.")],
        ),
        ("See Fig. 3 and No. 4 on drawing. Break edges.", ["See Fig. 3 and No. 4 on drawing.", "Break edges."]),
        ("Gap approx. 1.25 mm max. 5 places.", ["Gap approx. 1.25 mm max. 5 places."]),
        ("BREAK EDGES 0.5 mm MAX. INSIDE RADIUS 10 mm MIN.", ["BREAK EDGES 0.5 mm MAX.", "INSIDE RADIUS 10 mm MIN."]),
        ("1. MATERIAL: 316L. 2. WELD PER AWS D1.6.", ["MATERIAL: 316L.", "WELD PER AWS D1.6."]),
        (
            "4.5.1 A COC is required. a. [MPR 58] Steels shall be tested.",
            ["A COC is required.", ("Steels shall be tested.")],
        ),
        ("Q1. A certificate shall be sent.", ["A certificate shall be sent."]),
        ("3.2 The base plate shall be 1/4 in thick.", ["The base plate shall be 1/4 in thick."]),
        ("3.5 mm thick plate.", ["3.5 mm thick plate."]),
        ("The U.S. Government contract applies.", ["The U.S. Government contract applies."]),
        ("Bought from Drivetec Inc. The order stands.", ["Bought from Drivetec Inc.", "The order stands."]),
        ("• Seats brown • Canopy brown", ["Seats brown", "Canopy brown"]),
        ("", []),
        ("  ...  ", ["..."]),
    ],
)
def test_cuts_where_a_technical_paper_ends_a_sentence(text: str, expected: list[str]) -> None:
    assert [sentence.text for sentence in sentences(text)] == expected


@given(st.text(alphabet='aB1. ,;•()[]\n"%±', max_size=300))
def test_every_sentence_is_a_slice_at_its_offset(text: str) -> None:
    for offset, sentence, _ in sentences(text):
        assert text[offset : offset + len(sentence)] == sentence
        assert len(sentence) <= LONGEST


def test_a_sentence_without_end_is_cut() -> None:
    pieces = [sentence.text for sentence in sentences("word " * 100_000)]
    assert max(map(len, pieces)) <= LONGEST
    assert sum(len(piece.split()) for piece in pieces) == 100_000
