"""What belongs to engineering. Sources: AWS D1.x, ASME Y14.5 and SAE AMS process vocabulary."""

from dataclasses import replace

from services.specialist.offline.binding import Force
from services.specialist.offline.cue import Cue, cue
from services.specialist.offline.standards import STANDARD

_STEPS = "engineering_instructions.exceptional_steps"
_DFM = "engineering_instructions.dfm_actions"
_ROUTING = "engineering_instructions.quality_routing"
_FIXTURES = "engineering_instructions.fixtures"
_PROGRAMS = "engineering_instructions.programs"
_LIMITS = "engineering_instructions.ctqs_for_routing"
_OPEN = "engineering_instructions.open_items"
_STANDARDS = "engineering_instructions.referenced_standards"

_VERBS = "cut|form|bend|weld|machine|drill|passivate|inspect|pack|clean|deliver|assemble|test|paint|coat"


ENGINEERING: tuple[Cue, ...] = (
    cue(_ROUTING, 86, "operation operations", r"\boperations?\s?:\s?\w+ \w+"),
    cue(_ROUTING, 90, "cut form weld machine", rf"(?:\b(?:{_VERBS})\b,? (?:and )?){{3,8}}"),
    cue(
        _STEPS,
        78,
        "aws gtaw gmaw smaw tig mig d1 wps pqr electron friction weld welding welder welders purged purge argon",
        r"\baws d1\b|\bd1\.[1-9]\b|\b(?:gtaw|gmaw|smaw|fcaw|saw|tig|mig)\b|\bwps\b|\bpqr\b"
        r"|\bweld(?:ing)? (?:procedure|process|code|schedule|filler|wire|operator)s?\b|\bwelders?\b"
        r"|\bfriction stir\b|\belectron[- ]beam\b|\bpurged? with argon\b",
        unless=r"\bwelding starts\b|\bin the first week\b",
    ),
    cue(
        _STEPS,
        72,
        "weld welds welded welding weldment weldments braz solder",
        r"\bweld(?:s|ed|ing|ments?|able)?\b|\bbraz(?:e|ed|ing)\b|\bsolder(?:ed|ing)?\b",
        unless=r"\bafter (?:all )?welding\b|\bbefore (?:production )?welding\b|\bmachine(?:d)? after\b",
    ),
    cue(
        _STEPS,
        77,
        "heat heat-treat heat-treated anneal temper stress age quench solution bake baked baking hydrogen",
        r"\bheat[- ]?treat\w*|\banneal\w*|\btempered\b|\bstress[- ]reli\w*|\bquench\w*|\bsolution heat|\bbak(?:ed"
        r"|ing|eout)\b|\bhydrogen embrittlement relief\b",
    ),
    cue(
        _STEPS,
        76,
        "plate plated plating anodiz anodis coat coated coating coatings paint painted galvaniz powder electropolish "
        "conversion chromate finish finished finishes shot peen primer",
        r"\bplat(?:ed|ing)\b|\banodi[sz]\w*|\bcoat(?:ed|ings?)?\b|\bpaint(?:ed|ing)?\b|\bgalvani[sz]\w*"
        r"|\bpowder[- ]coat\w*|\belectropolish\w*|\bconversion\b[^.]{0,12}\bcoat|\bchromate\b|\bshot[- ]?peen\w*"
        r"|\bprimer\b|\bsurface (?:treatment|finish(?:es)?)\b(?!.{0,20}\bra\b)|\bfinish:",
        unless=r"\bsteel plate|\bshipment\b",
    ),
    cue(
        _STEPS,
        70,
        "bond bonded bonding adhesive adhesives cure cured curing sealant potting staking locking",
        r"\bbond(?:ed|ing)\b|\badhesives?\b|\bcur(?:ed|ing)\b|\bsealants?\b|\bpotting\b|\bstak(?:ed|ing)\b",
        unless=r"\bbonded storage\b|\bbond or\b|\bprocuring\b",
    ),
    cue(
        _STEPS,
        62,
        "forming forged casting castings forging forgings machining machined drilling grinding etching milling "
        "additive",
        r"\b(?:forming|forged|forgings?|castings?|drilling|chemical(?:ly)? mill\w*|etch(?:ed|ing)"
        r"|additive(?:ly)? manufactur\w*|hot isostatic|special process(?:es)?|electrical discharge)\b|\bmachin(?:ed"
        r"|ing)\b",
    ),
    cue(
        _DFM,
        69,
        "redesign manufacturability dfm galvanic dissimilar checked fit design designed",
        r"\bdfm\b|\bmanufacturab\w*|\bredesign\w*|\bdissimilar metals?\b|\bhas to be checked for fit\b"
        r"|\bdesign(?:ed)? (?:for|to (?:avoid|prevent|minimi[sz]e|allow|permit))\b",
    ),
    cue(
        _DFM,
        55,
        "design designs designed corrosion",
        r"\bdesigns?\b[^.]{0,60}\b(?:shall|should|must)\b|\bshall be designed\b|\bcorrosion\b[^.]{0,60}\b(?:shall"
        r"|prevent|protect)",
        unless=r"\bdesign(?:ed)? (?:review|authority)|\bdesign a\b",
    ),
    cue(
        _ROUTING,
        75,
        "after before prior sequence between routing machine setting drill ream weld",
        r"\b(?:drill|ream|machine|weld|passivate|clean|inspect|heat[- ]treat|grind|cut|bend|form|drilled|reamed"
        r"|machined)\b[^.]{0,60}\b(?:after|before|prior to)\b[^.]{0,30}\b(?:weld|machin|passivat|heat|assembl|coat"
        r"|plat|form|stress)\w*|\bin one (?:setting|setup|clamping)\b|\bweld from the cent(?:re|er)\b"
        r"|\bcut, form, weld\b|\boperation sequence\b|\brouting\b",
        unless=r"\bpassivat|\bhold point\b|\bshall be submitted\b|\bdimensions are\b",
    ),
    cue(
        _FIXTURES,
        82,
        "fixture fixtures fixturing jig jigs tooling mandrel strongback clamp clamps clamping vise vice",
        r"\bfixtur(?:e|es|ing)\b|\bjigs?\b|\btooling\b|\bmandrels?\b|\bstrong ?backs?\b|\bclamp(?:s|ed|ing)?\b"
        r"|\bsoft jaws?\b|\bvi[sc]e jaws?\b",
        unless=r"\bone clamping\b|\bhose clamp|\btooling cost",
    ),
    cue(
        _PROGRAMS,
        82,
        "cnc nc program programs cam robot laser dxf nesting step",
        r"\b(?:cnc|nc|cmm|laser|robot|cam|part|bending|inspection) programs?\b|\bcnc\b|\bdxf\b|\bnesting\b"
        r"|\bstep (?:file|model)s?\b|\bg-?code\b",
        unless=r"\bby laser\b|\bspacecraft\b|\bspace program",
    ),
    cue(
        _LIMITS,
        85,
        "fillet fillets throat",
        r"\bfillet welds?\b[^.]{0,20}\d|\b\d{1,6}(?:[.,]\d{1,6})?\s?(?:mm )?fillet\b|\bweld (?:size|throat|leg)s?\b",
    ),
    cue(
        _LIMITS,
        84,
        "ra roughness µin rms surface",
        r"\bra\b\s?[<≤]?\s?\d|\d\s?(?:µ|μ|u)?(?:in|m|inch)\.? ra\b|\broughness\b|\bsurface texture\b|\brms\b finish",
        unless=r"\|\s?(?:hold|witness)\b|\bprofilometer\b.*\bcalibrat",
    ),
    cue(
        _LIMITS,
        83,
        "bend edge edges burr burrs deburr chamfer break radius radii corner corners sharp",
        r"\bbend (?:radius|radii)\b|\b(?:break|sharp|burr)\w*\b[^.]{0,24}\b(?:edges?|corners?)\b|\bdeburr\w*"
        r"|\bburrs?\b|\bchamfers?\b|\b(?:fillet|corner|inside|outside|edge) radi(?:us|i)\b|\bfree (?:of|from) burrs\b",
        unless=r"\binspections?\b",
    ),
    cue(
        _LIMITS,
        82,
        "interpass preheat temperature temperatures oxygen ppm undercut heated processed",
        r"\binterpass\b|\bpre-?heat\w*|\btemperature\b[^.]{0,40}\b(?:not exceed|maximum|minimum|between|below|above"
        r"|range)\b|\bundercut\b|\bshall not be (?:processed|heated|used) (?:or used )?(?:above|below)\b",
        unless=r"\bservice temperature|\|\s?(?:hold|witness)\b",
    ),
    cue(
        _LIMITS,
        74,
        "torque torqued torques preload running",
        r"\btorque[ds]?\b|\bpreload\w*|\bn ?[·.-]?m\b torque",
        unless=r"\btorque (?:wrench|test|stripe)",
    ),
    cue(
        _LIMITS,
        64,
        "lubricant coolant speed feed speeds feeds spindle rpm",
        r"\bspindle\b|\brpm\b|\bfeed ?rate\b|\bcoolant\b",
    ),
    cue(
        _OPEN,
        93,
        "tbd tbc tba determined confirmed advised supplied missing blank",
        r"\btb[dca]\b|\bto be (?:determined|confirmed|advised|defined|agreed|announced)\b|\bnot (?:yet )?(?:supplied"
        r"|attached|available|defined)\b|\bleft blank\b",
        unless=r"\b(?:when|where|if)\b[^.]{0,150}\bnot (?:yet )?(?:supplied|attached|available|defined)\b",
        least=Force.NONE,
    ),
    cue(_OPEN, 92, "[*", r"\A[\d.() a-z]{0,10}\[[* ·]+\]\.?\Z", least=Force.NONE),
    cue(_OPEN, 92, "date", r"\bdate\s?:\s*\Z"),
    cue(
        _OPEN,
        92,
        "__",
        r"_{4,}|\b_{2,3}\b",
        unless=r"\b(?:signature|signed|name|title|by|witness|print(?:ed)?)\s?:?\s?_{3,}|^[\W_]*\Z",
        least=Force.NONE,
    ),
    cue(
        _OPEN,
        67,
        "confirm clarify clarified ask action",
        r"\bplease (?:also )?(?:confirm|clarify|advise)\b|\bto ask the\b|\baction:",
    ),
    cue(
        _STANDARDS,
        66,
        "built drawing interpret conform comply",
        r"\bbuilt to drawing\b|\binterpret(?:ed)? (?:per|in accordance)\b|\b(?:shall|must) (?:conform|comply) (?:to"
        r"|with)\b[^.]{0,60}\b(?:drawing|specification|standard)s?\b",
    ),
    cue(
        _STANDARDS,
        80,
        "manufactur conform specification specifications exhibit",
        r"\b(?:manufactur|fabricat|buil[dt]|made|conform|compl)\w*\b[^.]{0,60}\b(?:in (?:accordance|compliance) with|to"
        r"|with)\b[^.]{0,20}\bthe specifications?\b",
        unless=r"\b(?:if|fails?|reject|recall)\b|\bnot (?:meet|conform|comply)\b",
        least=Force.DEMAND,
    ),
    cue(
        _STANDARDS,
        77,
        "refer reference found",
        r"\b(?:refer(?:ence)? (?:to )?|found in )[^.]{0,80}\b(?:specifications?|drawings?|data package|standards?)\b",
        unless=r"\b(?:sections?|paragraphs?|tables?|this (?:specification|standard|document|drawing))\b",
    ),
    cue(
        _STANDARDS,
        60,
        "ibc code codes osha ada listed",
        r"\b(?:ibc|ibc|osha|ada|nfpa|nec|building) (?:codes?|complian\w+)\b|\bul listed\b",
    ),
    replace(
        cue(
            _STANDARDS,
            60,
            "#std",
            r"\A(?-i:[A-Z]{2,6})[A-Z0-9/]{0,8}-[A-Z-]{0,6}\d[\w.-]{0,16}[,:]? ?[“\"A-Z(]",
            least=Force.NONE,
        ),
        headed=True,
    ),
    cue(
        _STANDARDS,
        76,
        "#std",
        rf"\A{STANDARD}\W{{1,3}}[“\"A-Z]|\A{STANDARD},? ",
        unless=r"\b(?:shall|must|should|will|is|are|may)\b|\|",
        least=Force.NONE,
    ),
    cue(
        _STANDARDS,
        59,
        "#std",
        rf"\b(?:per|in accordance with|conforms? to|compl(?:y|ies) with|meets?|built to"
        rf"|according to) (?:the )?{STANDARD}",
        least=Force.NONE,
    ),
    cue(_STANDARDS, 58, "#std", STANDARD, unless=r"\breach\b|\brohs\b", least=Force.PLAIN),
    cue(
        _STANDARDS,
        50,
        "accordance conform requirements specification specifications standard per comply meet",
        r"\bin accordance with\b|\bconform(?:s|ing|ance)? (?:to|with)\b|\bmeet(?:s|ing)? the requirements of\b"
        r"|\bcomply with\b|\bper (?:the )?(?:drawing|specification|section)\b",
    ),
)
