"""What engineering needs; what no paper says is asked."""

import re

from services.specialist.offline.questions import LookedFor

_WELD = re.compile(r"\bweld", re.IGNORECASE)
_STEPS = "engineering_instructions.exceptional_steps"
_LIMITS = "engineering_instructions.ctqs_for_routing"
_STANDARDS = "engineering_instructions.referenced_standards"

LOOKED_FOR = (
    LookedFor(
        "To which code are the welds made and the welders qualified? No paper names one.",
        "customer",
        (_STEPS, _STANDARDS, "quality_plan.required_tests"),
        re.compile(r"\baws\b|\basme\b|\biso (?:3834|15614|5817|9606)|\bnasa-(?:std|spec)-5", re.IGNORECASE),
        when=_WELD,
        blocking=True,
        working_assumption="AWS D1.6 for stainless, AWS D1.1 for carbon steel.",
    ),
    LookedFor(
        "How large are the welds? The papers give no weld size.",
        "customer",
        (_LIMITS, _STEPS),
        re.compile(r"fillet|groove|weld size|throat", re.IGNORECASE),
        when=_WELD,
        working_assumption="Weld symbols of the drawing.",
    ),
    LookedFor(
        "Which surface texture applies? No paper gives a roughness.",
        "customer",
        (_LIMITS, "quality_plan.ctqs"),
        re.compile(r"\bra\b|rough|surface (?:texture|finish)|rms", re.IGNORECASE),
        working_assumption="Mill finish; 3.2 µm Ra on machined faces.",
    ),
    LookedFor(
        "How are edges to be treated? No paper names an edge break.",
        "customer",
        (_LIMITS,),
        re.compile(r"edge|burr|chamfer", re.IGNORECASE),
        working_assumption="Deburr and break edges 0.5 mm at most.",
    ),
    LookedFor(
        "Are fixtures or tooling supplied or paid for by the customer? No paper speaks of fixtures.",
        "engineering",
        ("engineering_instructions.fixtures",),
        when=_WELD,
        working_assumption="We design and own the fixtures.",
    ),
    LookedFor(
        "Which standards and drawing revisions are the job built to? No paper calls one up.",
        "customer",
        (_STANDARDS, _STEPS, "quality_plan.passivation", "quality_plan.required_tests", "purchasing.materials"),
        re.compile(r"[A-Z]{2,}[ -]?[A-Z]?-?\d"),
        blocking=True,
    ),
)
