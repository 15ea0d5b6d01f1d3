"""What the quality plan asks of parts and inspections. Sources: ASTM, AS9102 and AIAG PPAP vocabulary."""

from services.specialist.offline.binding import Force
from services.specialist.offline.cue import Cue, cue

_CTQS = "quality_plan.ctqs"
_LEVELS = "quality_plan.inspection_levels"
_PASSIVATION = "quality_plan.passivation"
_CLEAN = "quality_plan.cleanliness"
_HOLDS = "quality_plan.hold_points"

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
        r"\b(?:shall|must) (?:also |only )?(?:support|withstand|operate|tolerate|accommodate|fit|be (?:able to"
        r"|capable of)"
        r"|have (?:a|an|the|\w+ level)|provide (?:a|an|the)|come in)\b|\b(?:shall|must) be \w+ enough\b",
        least=Force.DEMAND,
    ),
    cue(
        _CTQS,
        40,
        "must shall",
        r"\b(?:units?|parts?|assembl(?:y|ies)|servers?|enclosures?|cabinets?|covers?|panels?|doors?|products?|hardware"
        r"|equipment|systems?|components?|connectors?|cables?|wir(?:es?|ing)|fans?|pumps?|motors?|valves?|shielding"
        r"|grounding|housings?|frames?|brackets?|structures?|surfaces?|chassis|racks?|tanks?|vessels?|pip(?:es?|ing)"
        r"|joints?|seals?|bearings?|modules?|machines?|devices?|features?)\b[^.]{0,80}\b(?:shall|must) (?:also |not )?"
        r"(?:be|have|provide|use|include|contain|allow|prevent)\b",
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
    cue(_CTQS, 72, "datum within", r"\bto datum\b|\bwithin \d{1,6}(?:[.,]\d{1,6})?\s?(?:mm|in|°|\")?\Z"),
    cue(
        _HOLDS,
        80,
        "representative customer buyer government",
        r"\b(?:representatives?|customer|buyer|government)\b[^.]{0,40}\bshall (?:observe|witness|attend|be present)\b",
    ),
    cue(_LEVELS, 72, "acceptance", r"\b(?:final|customer|site) acceptance\b"),
)
