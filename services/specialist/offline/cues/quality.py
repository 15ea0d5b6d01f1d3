"""What belongs to the quality plan. Sources: ASTM, AWS, AS9102, AIAG PPAP and ISO 17025 vocabulary."""

from services.specialist.offline.binding import Force
from services.specialist.offline.cue import Cue, cue

_CTQS = "quality_plan.ctqs"
_LEVELS = "quality_plan.inspection_levels"
_PASSIVATION = "quality_plan.passivation"
_CLEAN = "quality_plan.cleanliness"
_HOLDS = "quality_plan.hold_points"
_TESTS = "quality_plan.required_tests"
_PAPERS = "quality_plan.documentation"
_METROLOGY = "quality_plan.metrology"

QUALITY: tuple[Cue, ...] = (
    cue(
        _CTQS,
        73,
        "± +/- +",
        r"(?:±|\+/-)\s?\d|[\d(]\s?\+0?[.,]?\d{1,6}\s?/\s?-?\s?\d",
        unless=r"\b(?:yield|tensile|°\s?[cf]\b)",
        least=Force.PLAIN,
    ),
    cue(
        _CTQS,
        72,
        "flat flatness perpendicular perpendicularity parallel parallelism cylindricity concentric concentricity "
        "coaxial runout position coplanar straightness roundness angularity profile",
        r"\b(?:flat(?:ness)?|perpendicular(?:ity)?|parallel(?:ism)?|cylindricity|concentric(?:ity)?|coaxial\w*"
        r"|run-?out|coplanar|straightness|roundness|angularity|profile|position)\b[^.]{0,60}?(?:\d[.,]\d|within"
        r"|datum|toleranc)",
        unless=r"\b(?:fixture|cmm|hold point|contact)\b",
    ),
    cue(
        _CTQS,
        74,
        "critical key special",
        r"\b(?:critical|key|special) (?:to quality|characteristics?|dimensions?|features?)\b|\bctqs?\b",
    ),
    cue(
        _CTQS,
        64,
        "toleranc",
        r"\btoleranc(?:e|es|ed|ing)\b",
        unless=r"\b(?:asme y14|damage toleran|fault|radiation|zero toleran)",
    ),
    cue(
        _CTQS,
        60,
        "h6 h7 h8 g6 fit bore hole ø thread threads dia diameter diameters",
        r"\b[A-Z]?\d{1,6}\s?[HhGgJjKk]\d{1,2}\b|\b(?:bore|hole|shaft|pin)s?\b[^.]{0,40}\bdiameters?\b",
    ),
    cue(
        _CTQS,
        58,
        "mm wide deep high long tall spacing",
        r"\d\s?(?:mm|cm|in(?:ch(?:es)?)?|\"|”)\s(?:wide|deep|high|long|tall|(?:\w+ ){1,3}spacing)\b",
        least=Force.NONE,
    ),
    cue(
        _CTQS,
        57,
        "exceed less than maximum minimum least rate ° < ≤",
        r"\b(?:not|never) exceed\b[^.]{0,30}\d|\b(?:less|greater|more) than \d|\b(?:maximum|minimum)\b[^.]{0,40}\d"
        r"|\d\s?°\s?[cf]\b[^.]{0,12}\bto\b|[<≤]\s?\d|\bbetween \d[^.]{0,20}\band \d",
    ),
    cue(
        _CTQS,
        43,
        "support supports withstand operate capable capability tolerate accommodate stiffness must shall",
        r"\b(?:shall|must) (?:also |only )?(?:support|withstand|operate|tolerate|accommodate|fit|be (?:able to|capable of)"
        r"|have (?:a|an|the|\w+ level)|provide (?:a|an|the)|come in)\b|\b(?:shall|must) be \w+ enough\b",
        least=Force.DEMAND,
    ),
    cue(
        _CTQS,
        40,
        "must shall",
        r"\b(?:shall|must) (?:also |always |not )?(?:be|have|provide|use|include|contain|allow|prevent)\b",
        unless=r"\b(?:plans?|documents?|documentation|specifications?|procedures?|methods?|organi[sz]ations?|programs?"
        r"|authority|contractors?|manufacturers?|suppliers?|personnel)\b",
        least=Force.DEMAND,
    ),
    cue(_CTQS, 55, "color colour brown", r"\bcolou?rs?\b|\bshall be (?:brown|black|white|grey|gray|blue|red)\b"),
    cue(_CTQS, 56, "dimension", r"\bdimensions? (?:and tolerances )?(?:shall|must)"),
    cue(
        _LEVELS,
        78,
        "first fai ppap as9102",
        r"\bfirst[- ]articles?\b(?! (?:skid|frame|delivered|approval date))|\bfai\b|\bppap\b|\bas ?9102\b",
        unless=r"\b(?:measur(?:ed|ing) on a cmm|hold point|witness point)\b",
    ),
    cue(
        _LEVELS,
        84,
        "sample criteria",
        r"\bsample sizes?\b|\bacceptance criteria\b[^.]{0,30}\bshall\b",
    ),
    cue(
        _LEVELS,
        76,
        "aql sampling sample sampled z1 z1.4 level lot statistical",
        r"\baql\b|\bsampling\b|\bz1\.[49]\b|\binspection levels?\b|\bsample sizes?\b|\b(?:periodically|statistical"
        r"|random(?:ly)?) sampled?\b|\bsampled? (?:and|from each|of each|per lot)\b",
        unless=r"\b(?:fallout|air|gas) sampl",
    ),
    cue(_LEVELS, 67, "audit audits", r"\baudits?\b[^.]{0,40}\b(?:shall|will|must)\b"),
    cue(
        _LEVELS,
        66,
        "inspect",
        r"\b(?:receiving|incoming|source|in-?process|final|dimensional|pre-?shipment|100 ?%"
        r"|100 percent) inspections?\b|\binspected (?:to|in accordance|per|at|by|for)\b",
    ),
    cue(
        _LEVELS,
        54,
        "inspect",
        r"\binspect(?:ed|ions?|ing)?\b",
        unless=r"\binspection (?:report|record|document|certificate)",
    ),
    cue(_LEVELS, 56, "nonconform conform discrepan", r"\bnon-?conform\w*|\bdiscrepan(?:t|cy|cies)\b"),
    cue(
        _PASSIVATION,
        80,
        "passivat pickl a967 ams2700",
        r"\bpassivat\w*|\bpickl(?:e|ed|ing)\b|\ba ?967\b|\bams ?2700\b",
        unless=r"\bpassivation records\b|\bhold point\b|\bdata book\b",
    ),
    cue(
        _CLEAN,
        69,
        "contaminat foreign fod",
        r"\bcontaminat\w*|\bforeign (?:object|material|matter|debris|particle)s?\b|\bfod\b",
    ),
    cue(
        _CLEAN,
        68,
        "clean cleaned cleanliness cleaning cleanroom degreas particulate residue bagged",
        r"\bclean(?:ed|ing|liness|room|er)?\b|\bdegreas\w*|\bparticulates?\b|\bfree (?:of|from) (?:\w+ ){0,3}(?:oil"
        r"|grease|dirt|scale|debris|burrs)\b|\bresidues?\b|\bdouble-?bagg",
        unless=r"\bclean air act\b|\bcleaner production\b",
    ),
    cue(
        _CLEAN,
        78,
        "carbon iron brush",
        r"\bcarbon[- ]steel\b[^.]{0,80}\bstainless\b|\bstainless\b[^.]{0,40}\b(?:brush|tools?)\w*",
        unless=r"\bgrade\b|\bastm\b",
    ),
    cue(
        _HOLDS,
        90,
        "hold witness",
        r"\b(?:hold|witness)[- ]?points?\b|\|\s?hold\s?(?:\||\Z)|\|\s?witness\b|\bto be witnessed\b"
        r"|\bwitness(?:ed)? (?:by|with|of)\b",
        unless=r"\bwitness (?:sample|coupon|specimen|mirror)",
    ),
    cue(
        _HOLDS,
        79,
        "permit permits allow allows access witness",
        r"\b(?:permit|allow|give|grant)s?\b[^.]{0,80}\b(?:to (?:attend|witness|inspect|observe|audit)|access to)\b",
        unless=r"\baccess to (?:the )?(?:hole|weld|bore|fastener|tool)",
    ),
    cue(
        _HOLDS,
        76,
        "before until release proceed",
        r"\bno\b[^.]{3,80}\bshall be \w+ (?:before|until)\b|\bshall not (?:proceed|begin|start|commence)\b"
        r"|\bbefore (?:the )?(?:work|production|welding) (?:may|can|is allowed)|\bwork shall stop\b",
    ),
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
    cue(_CTQS, 72, "datum within", r"\bto datum\b|\bwithin \d{1,6}(?:[.,]\d{1,6})?\s?(?:mm|in|°|\")?\Z"),
    cue(
        _TESTS,
        71,
        "indications cracks porosity defects",
        r"\bno (?:linear |visible )?(?:indications?|cracks?|porosity|defects?)\b",
    ),
    cue(
        _HOLDS,
        80,
        "representative customer buyer government",
        r"\b(?:representatives?|customer|buyer|government)\b[^.]{0,40}\bshall (?:observe|witness|attend|be present)\b",
    ),
    cue(_LEVELS, 72, "acceptance", r"\b(?:final|customer|site) acceptance\b"),
)
