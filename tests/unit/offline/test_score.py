"""The arithmetic of the extraction benchmark."""

from __future__ import annotations

from benchmarks.extraction.score import EngineLine, score

LABELS = {
    "document": "a.pdf",
    "pages": [1],
    "lines": [
        {"section": "quality_plan.ctqs", "page": 1, "quote": "20 ±0.2 mm thick"},
        {"section": "quality_plan.passivation", "page": 1, "quote": "Passivate per ASTM A967", "also": ["x.y"]},
        {"section": "quality_plan.metrology", "page": 1, "quote": "Use a gauge", "optional": True},
    ],
}


def test_found_wrong_optional_and_unlabelled_pages() -> None:
    lines = [
        EngineLine("x.y", ((1, "7. PASSIVATE PER ASTM A967, NITRIC 2."),)),
        EngineLine("quality_plan.metrology", ((1, "Use a gauge."),)),
        EngineLine("quality_plan.ctqs", ((1, "Nothing of that kind"),)),
        EngineLine("quality_plan.ctqs", ((2, "20 ±0.2 mm thick"),)),
    ]
    result = score(LABELS, lines)
    assert result.recall() == 0.5
    assert result.precision() == 0.5
    assert result.recall("quality_plan.ctqs") == 0
    assert result.precision("quality_plan.metrology") is None
