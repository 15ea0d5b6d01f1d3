"""Headings that name a section in words too general for a sentence."""

from services.specialist.offline.cue import Cue, cue

HEADINGS: tuple[Cue, ...] = (
    cue(
        "quality_plan.documentation",
        80,
        "record records documentation data deliverables submittals",
        (r"\brecords?\b|\bdocumentation\b|\bdata (?:requirements|items?)\b|\bsubmittals\b"),
    ),
    cue("quality_plan.required_tests", 80, "test tests testing verification", r"\btest(?:s|ing)?\b|\bverification\b"),
    cue("quality_plan.inspection_levels", 78, "inspection acceptance", r"\binspections?\b|\bacceptance\b"),
    cue("quality_plan.cleanliness", 80, "clean contamination", r"\bclean\w*|\bcontamination\b"),
    cue("quality_plan.passivation", 82, "passivat pickl", r"\bpassivat\w*|\bpickl\w*"),
    cue("quality_plan.hold_points", 82, "hold witness", r"\b(?:hold|witness)\b"),
    cue(
        "engineering_instructions.exceptional_steps",
        79,
        "weld heat braz coat plat finish bond special",
        (r"\bweld\w*|\bheat treat\w*|\bbraz\w*|\bcoat\w*|\bplating\b|\bfinish\w*|\bbonding\b|\bspecial process\w*"),
    ),
    cue(
        "engineering_instructions.referenced_standards",
        81,
        "applicable reference references referenced publications related documents",
        (
            r"\bapplicable (?:documents?|publications)\b|\breferences?\b|\breferenced? documents?\b|\bpublications\b"
            r"|\brelated (?:documents?|practices|standards)\b|\b(?:government|industry) documents\b"
        ),
    ),
    cue(
        "purchasing.packaging_and_shipping",
        80,
        "pack ship delivery storage mark preserv transport",
        (r"\bpackag\w*|\bpacking\b|\bship\w*|\bdelivery\b|\bstorage\b|\bmarking\b|\bpreservation\b|\btransport\w*"),
    ),
    cue(
        "purchasing.material_certificates",
        81,
        "traceab certificates origin mill test",
        (r"\btraceab\w*|\bmill certificates?\b|\bcountry of origin\b|\btest report \(mtr"),
    ),
    cue(
        "purchasing.approved_suppliers",
        79,
        ("supplier suppliers vendor vendors subcontract manufacturers distributors"),
        (r"\bsuppliers?\b|\bvendors?\b|\bsub-?contract\w*|\bmanufacturers and distributors\b"),
    ),
    cue("execution_strategy.notes", 76, "committee meetings", r"\bcommittee\b|\bmeetings\b"),
    cue("purchasing.materials", 74, "material materials", r"\bmaterials?\b(?! review)"),
    cue(
        "purchasing.contract_terms",
        81,
        (
            "warrant terms liab indemn price payment confidential terminat property insurance general miscellaneous "
            "recall orders ownership publicity changes"
        ),
        (
            r"\bwarrant\w*|\bterms\b|\bliabilit\w*|\bindemn\w*|\bpric(?:e|ing)\b|\bpayments?\b|\bconfidential\w*"
            r"|\bterminat\w*|\bproperty\b|\binsurance\b|\bmiscellaneous\b|\brecalls?\b|\bpurchase orders?\b"
            r"|\bownership\b|\bpublicity\b|\bcontract changes\b"
        ),
    ),
    cue("release_plan.milestones", 80, "milestone milestones schedule", r"\bmilestones?\b|\bdelivery schedule\b"),
)
