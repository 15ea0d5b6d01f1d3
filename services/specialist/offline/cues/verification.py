"""What proves quality: tests, records and measuring equipment. Sources: ASTM, ASME V and ISO 17025 vocabulary."""

from services.specialist.offline.cue import Cue, cue

_TESTS = "quality_plan.required_tests"
_PAPERS = "quality_plan.documentation"
_METROLOGY = "quality_plan.metrology"

VERIFICATION: tuple[Cue, ...] = (
    cue(
        _TESTS,
        79,
        "penetrant radiograph ultrason magnetic eddy nde ndt ndi nondestructive non-destructive x-ray pt rt ut mt",
        r"\bpenetrant\b|\bradiograph\w*|\bultrason\w*|\bmagnetic[- ]particle\b|\beddy[- ]current\b|\bnd[eti]\b"
        r"|\bnon-?destructive\b|\bx-?ray(?:ed)?\b|\ba?stm e ?(?:165|1417|1444|1742)\b",
    ),
    cue(
        _TESTS,
        77,
        "hydrostatic leak pressure proof burst helium load",
        r"\b(?:hydrostatic|pneumatic|leak(?:age)?|proof(?:[- ](?:load|pressure))?|burst|helium(?: leak)?|static load"
        r"|load|pressure|vacuum) ?-?(?:tests?|tested|testing)\b",
    ),
    cue(
        _TESTS,
        76,
        "tensile hardness impact charpy bend shear fatigue torque salt humidity vibration offgas outgas corrosion "
        "adhesion peel flammab elemental chemical "
        "microhardness microexamination functional acceptance qualification",
        r"\b(?:tensile|hardness|impact|charpy|bend|shear|fatigue|torque|salt[- ](?:spray|fog)|humidity|vibration"
        r"|flammability|elemental|chemical|mechanical(?: property)?|functional|adhesion|peel|acceptance"
        r"|qualification|offgassing|outgassing|corrosion)[- ](?:tests?|tested|testing|analysis|analyses)\b"
        r"|\bmicro(?:hardness|examination)\b",
    ),
    cue(
        _TESTS,
        82,
        "package packaging packed transit drop vibration shock test testing",
        r"\b(?:packag\w+|rack|transit|drop|transport\w*)(?: level)? test(?:s|ed|ing)?\b",
    ),
    cue(_TESTS, 66, "shock vibration", r"\b(?:shock|vibration)\b[^.]{0,30}\d"),
    cue(_TESTS, 76, "pmi positive", r"\bpmi\b|\bpositive material identification\b"),
    cue(_TESTS, 70, "visual visually", r"\bvisual(?:ly)? (?:weld )?(?:inspect\w*|examin\w*|test\w*)"),
    cue(
        _TESTS,
        62,
        "test tested testing tests cvt examin",
        r"\btest(?:s|ed|ing)?\b|\bcvt\b|\bexamin(?:ed|ation)\b",
        unless=r"\btest (?:report|record|certificate|data|result)|\btest reports?\b",
    ),
    cue(
        _TESTS,
        50,
        "verif evaluat analys",
        r"\b(?:verified|evaluated|verification)\b[^.]{0,60}\b(?:by|through|analys|test)",
    ),
    cue(
        _PAPERS,
        82,
        "certificate certificates certification coc coc's coc’s cocs c-of-c conformance compliance conformity",
        r"\bcertificates? of (?:conform|complian|analys|origin|calibrat)\w*|\bco[ca]s?(?:'s|’s)?\b|\bc of c\b",
        unless=r"\bcountry of origin\b",
    ),
    cue(
        _PAPERS,
        77,
        "record records retain retained retention archive",
        r"\brecords?\b[^.]{0,90}\b(?:kept|keep|maintain\w*|retain\w*|retention|available|year)|\b(?:keep|maintain"
        r"|retain)\w*\b[^.]{0,60}\b(?:records?|copies|documentation|data)\b|\bretention\b",
        unless=r"\bretention (?:device|feature|screw)|\btraceab",
    ),
    cue(
        _PAPERS,
        74,
        "data book dossier package adp adp's map maps weld",
        r"\bdata (?:book|package|pack)s?\b|\bdossier\b|\bdocumentation package\b|\badp(?:'s)?\b|\bweld maps?\b",
    ),
    cue(
        _PAPERS,
        70,
        "report reports reported",
        r"\b(?:inspection|test|dimensional|measurement|fai|audit|failure|nde|ndt)s? reports?\b"
        r"|\breports?\b[^.]{0,50}\b(?:submit|deliver|provid|furnish|includ|issued)|\b(?:submit|furnish|provide"
        r"|deliver)\w*\b[^.]{0,60}\breports?\b|\bmeasured and reported\b",
        unless=r"\bprogress reports?\b|\bstatus reports?\b|\bfirst article\b",
    ),
    cue(
        _PAPERS,
        70,
        "document documented documentation record recorded records",
        r"\b(?:shall|must|will|should) be (?:\w+ )?(?:documented|recorded)\b|\bdocumentation (?:shall|must|will"
        r"|required)|\brecorded on\b|\bdocumented in\b",
    ),
    cue(
        _PAPERS,
        57,
        "manual manuals drawings data certification plan submit submitted",
        r"\b(?:operation|maintenance|user)s? manuals?\b|\bdata (?:sheet|item)s?\b|\b(?:submit|submitted"
        r"|furnish)\w*\b[^.]{0,80}\b(?:plan|data|drawing|documentation|procedure|approval)s?\b",
    ),
    cue(
        _PAPERS,
        66,
        "reported report ratings results data information",
        r"\b(?:shall|will|must) (?:\w+ )?(?:be )?(?:\w+ly )?reported\b|\b(?:share|provide|furnish|submit|supply)\w*\b"
        r"[^.]{0,50}\b(?:results|data|information|description|copies)\b",
        unless=r"\bconfidential",
    ),
    cue(
        _PAPERS,
        46,
        "identified described defined listed available specified list",
        r"\b(?:shall|will|must) be (?:identified|described|defined|listed|shown|specified) (?:\w+ ){0,3}(?:in|on|by)\b"
        r"|\bmade available\b|\blist of\b",
    ),
    cue(_PAPERS, 56, "certif", r"\bcertif(?:y|ied|ication|ications|icates?)\b"),
    cue(_METROLOGY, 82, "calibrat", r"\bcalibrat\w*", unless=r"\bcalibration (?:error of|curve)|\bload test\b"),
    cue(
        _METROLOGY,
        81,
        "cmm gauge gauges gage gages msa metrolog profilometer 17025",
        r"\bcmm\b|\bcoordinate measuring\b|\bga(?:u)?ges?\b(?! (?:length|pressure|steel|sheet))|\bmsa\b"
        r"|\bmetrology\b|\bprofilometer\b|\bgage r ?& ?r\b",
        unless=r"\|\s?(?:hold|witness|inspect)\b|\b\d{1,6} ga(?:u)?ge\b|\bprogram",
    ),
    cue(
        _METROLOGY,
        68,
        "measuring measurement measured test",
        r"\bmeasuring (?:equipment|instrument|device|tool|system)s?\b|\bmeasurement (?:system|uncertainty|equipment"
        r"|instrument|accuracy|standards?)\b|\btest equipment\b",
    ),
    cue(
        _METROLOGY,
        58,
        "measured measure",
        (r"\bshall be measured\b|\bmeasure(?:d|ments?) (?:shall|with|by|using|on)\b"),
    ),
    cue(
        _TESTS,
        71,
        "indications cracks porosity defects",
        r"\bno (?:linear |visible )?(?:indications?|cracks?|porosity|defects?)\b",
    ),
)
