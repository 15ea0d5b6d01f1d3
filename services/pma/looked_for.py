"""What purchasing needs; what no paper says is asked."""

import re

from services.specialist.offline.questions import LookedFor

LOOKED_FOR = (
    LookedFor(
        "Of which material and grade are the parts? No paper names one.",
        "customer",
        ("purchasing.materials",),
        blocking=True,
    ),
    LookedFor(
        "How many pieces are ordered? No paper gives a quantity.",
        "customer",
        ("purchasing.quantities", "release_plan.milestones"),
        re.compile(
            r"\b(?:qty|quantity)\b\W{0,4}\d|\d[\d,]* ?(?:ea|pcs|pieces|units|sets?)\b|\(\d{1,4}\)"
            r"|\|[^|]*\b\d{1,6}\b[^|]*(?:\||\Z)|\b(?:one|two|three|four|five|six|eight|ten|twelve) [a-z]",
            re.IGNORECASE,
        ),
        blocking=True,
    ),
    LookedFor(
        "What are the lead times of bought material and components? No paper gives one.",
        "supplier",
        ("purchasing.long_lead_items",),
        working_assumption="Six weeks for material until a quotation says otherwise.",
    ),
    LookedFor(
        "Are mill certificates or other proof of material required, and of which type?",
        "customer",
        ("purchasing.material_certificates",),
        working_assumption=(
            "Mill certificates EN 10204 type 3.1 or an equivalent test report are bought with the material."
        ),
    ),
    LookedFor(
        "Is the country of origin of the material restricted or to be declared?",
        "customer",
        ("purchasing.material_certificates", "purchasing.restrictions"),
        re.compile(r"origin|dfars|buy american|specialty metal", re.IGNORECASE),
        working_assumption="No restriction of origin.",
    ),
    LookedFor(
        "Do export control or substance restrictions (ITAR, EAR, RoHS, REACH) apply? No paper says so.",
        "customer",
        ("purchasing.restrictions",),
        working_assumption="None apply.",
    ),
    LookedFor(
        "Are suppliers directed or approved by the customer? No paper names any.",
        "customer",
        ("purchasing.approved_suppliers",),
        working_assumption="Our own approved suppliers may be used.",
    ),
    LookedFor(
        "May alternates be offered? No paper says so.",
        "customer",
        ("purchasing.alternates",),
        working_assumption="No alternates without written approval.",
    ),
    LookedFor(
        "How are the goods to be packed, marked and shipped? No paper says so.",
        "customer",
        ("purchasing.packaging_and_shipping",),
        working_assumption="Our standard export packing.",
    ),
    LookedFor(
        "Which paper takes precedence when papers disagree? No clause says so.",
        "customer",
        ("purchasing.contract_terms",),
        re.compile(r"precedence|supersed|prevail|conflict", re.IGNORECASE),
        working_assumption="Drawing and purchase order before specifications.",
    ),
)
