"""What a quality plan needs; what no paper says is asked."""

import re

from services.specialist.offline.questions import LookedFor

_STAINLESS = re.compile(r"\bstainless\b|\b(?:304|316)l?\b|\b17-4\b", re.IGNORECASE)
_WELD = re.compile(r"\bweld", re.IGNORECASE)

LOOKED_FOR = (
    LookedFor(
        "Which characteristics are critical to quality? No paper names a toleranced or key feature.",
        "customer",
        ("quality_plan.ctqs",),
        working_assumption="General tolerances of the drawing apply to every feature.",
    ),
    LookedFor(
        "Is a first article inspection or a PPAP required, and at which level? No paper says so.",
        "customer",
        ("quality_plan.inspection_levels",),
        re.compile(r"\bfirst[- ]article|\bfai\b|\bppap\b|\bas ?9102", re.IGNORECASE),
        working_assumption="A dimensional report of the first piece is made and kept.",
    ),
    LookedFor(
        "Is passivation required for the stainless parts, and to which standard and method?",
        "customer",
        ("quality_plan.passivation",),
        when=_STAINLESS,
        blocking=True,
    ),
    LookedFor(
        "How is passivation accepted? The papers name no acceptance test.",
        "customer",
        ("quality_plan.passivation", "quality_plan.required_tests"),
        re.compile(
            r"copper sulfate|copper sulphate|water immersion|humidity|salt spray|ferroxyl|practice [a-f]", re.IGNORECASE
        ),
        when=re.compile(r"\bpassivat", re.IGNORECASE),
        working_assumption="Copper sulfate test on one piece of each batch.",
    ),
    LookedFor(
        "Which non-destructive tests do the welds need, to what extent and acceptance?",
        "customer",
        ("quality_plan.required_tests",),
        re.compile(r"penetrant|radiograph|ultrason|magnetic|visual|\bnd[et]\b", re.IGNORECASE),
        when=_WELD,
        working_assumption="Visual inspection of all welds to the weld code.",
    ),
    LookedFor(
        "Are there customer hold or witness points? No paper names one.",
        "customer",
        ("quality_plan.hold_points",),
        working_assumption="No hold points; final inspection is ours.",
    ),
    LookedFor(
        "What cleanliness must the parts have on delivery? No paper says so.",
        "customer",
        ("quality_plan.cleanliness",),
        working_assumption="Free of oil, chips and loose particles on visual inspection.",
    ),
    LookedFor(
        "Which certificates and records go with the goods? No paper asks for any.",
        "customer",
        ("quality_plan.documentation", "purchasing.material_certificates"),
        working_assumption="A certificate of conformance with each shipment.",
    ),
    LookedFor(
        "Which equipment measures the toleranced features, and how is it calibrated?",
        "quality",
        ("quality_plan.metrology",),
        working_assumption="Calibrated shop equipment with an accuracy of one tenth of the tolerance.",
    ),
)
