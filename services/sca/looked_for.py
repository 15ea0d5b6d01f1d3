"""What a schedule needs; what no paper says is asked."""

import re

from services.specialist.offline.questions import LookedFor

LOOKED_FOR = (
    LookedFor(
        "When are the goods due? No paper gives a delivery date.",
        "customer",
        ("release_plan.milestones",),
        re.compile(r"\b(?:19|20)\d{2}\b|\b\d{1,2}[/.]\d{1,2}[/.]\d{2}"),
        blocking=True,
    ),
    LookedFor(
        "When is the first article due? The papers ask for one and give no date.",
        "customer",
        ("release_plan.milestones",),
        re.compile(r"first[- ]article|\bfai?\b|\b-fa\b", re.IGNORECASE),
        when=re.compile(r"\bfirst[- ]article|\bfai\b", re.IGNORECASE),
        working_assumption="Two thirds of the way to the first delivery.",
    ),
    LookedFor(
        "How long may the customer take for approvals and reviews? No paper says so.",
        "customer",
        ("execution_strategy.time_boxes",),
        re.compile(r"review|approv|comment|return|respon", re.IGNORECASE),
        when=re.compile(r"\bapprov(?:al|ed)\b|\bsubmit", re.IGNORECASE),
        working_assumption="Ten working days for each approval.",
    ),
    LookedFor(
        "Which meetings and progress reports does the customer expect? No paper says so.",
        "customer",
        ("execution_strategy.notes",),
        re.compile(r"meeting|progress|status|report|review", re.IGNORECASE),
        working_assumption="A kick-off meeting and a progress report each month.",
    ),
)
