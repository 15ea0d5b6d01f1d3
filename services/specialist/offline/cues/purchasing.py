"""What belongs to purchasing. Sources: EN 10204, DFARS 252.225, ITAR, RoHS and REACH vocabulary."""

from services.specialist.offline.binding import Force
from services.specialist.offline.cue import Cue, cue

_LONG = "purchasing.long_lead_items"
_MATERIALS = "purchasing.materials"
_QUANTITIES = "purchasing.quantities"
_CERTIFICATES = "purchasing.material_certificates"
_ALTERNATES = "purchasing.alternates"
_RFQS = "purchasing.rfqs"
_SUPPLIERS = "purchasing.approved_suppliers"
_RESTRICTIONS = "purchasing.restrictions"
_PACKAGING = "purchasing.packaging_and_shipping"

_ALLOYS = (
    r"(?:stainless|(?:carbon|alloy|tool|martensitic|austenitic|ferritic|high-strength|mild|galvani[sz]ed"
    r"|cold[- ]rolled|hot[- ]rolled|corrosion-resistant) steels?|steels?"
    r"|alumini?um|titanium|magnesium|beryllium|superalloys?|nickel|inconel|monel|copper|brass|bronze|alloys?"
    r"|refractory|metals?|polymers?|elastomers?|plastics?|nylon|teflon|ptfe|epdm|silicone|rubber"
    r"|composites?|ceramics?|glass|lumber|plywood|lubricants?|foams?|thermoplastics?|polycarbonate|polyimide)"
)

PURCHASING: tuple[Cue, ...] = (
    cue(
        _LONG,
        86,
        "lead long-lead long aro weeks quoted",
        r"\blead[- ]times?\b|\blong[- ]lead\b|\bweeks? (?:a\.?r\.?o|after receipt of order)"
        r"|\bquoted at \d{1,6} (?:weeks"
        r"|days)\b",
        unless=r"\blead[- ]time (?:wire|free)|\balternate\b",
        least=Force.NONE,
    ),
    cue(
        _LONG,
        79,
        "order orders safety stock [*",
        r"\bsafety stock\b|\bdeliver\b[^.]{0,20}\borders?\b[^.]{0,60}\bin advance of\b[^.]{0,20}\bdelivery date",
    ),
    cue(
        _MATERIALS,
        77,
        "material materials",
        r"\bmaterial\s?[:|]|\bmaterials? (?:shall|must|is to|are to|to be|grade"
        r"|specification)\b(?! (?:comply with (?:reach|rohs)))",
        unless=r"\b(?:certificat|reach|rohs|dfars|test report|review board|traceab)|\blead time",
    ),
    cue(
        _MATERIALS,
        75,
        "304 304l 316 316l 321 347 303 17-4 17-4ph 15-5ph 6061 6061-t6 7075 5052 2024 2219 a36 1018 4130 4140 aisi "
        "sae uns inconel ti-6al-4v a4-80 a286 a240 a276 a479 a554 grade grades s31603 s30400 stainless 1.4404 1.4301 "
        "sgcc secc aluminium aluminum",
        r"\b(?:30[34]|316|321|347|410|420|430)(?:l|h|ln|ti)?\b(?!\s?(?:mm|kg|usd|pcs|ea|of|in\b|[./]\d))|\b17-4\b"
        r"|\b15-5\b|\b(?:6061|6063|7075|5052|2024|2219|5083)\b|\ba ?(?:36|240|276|312|479|500|513|554)\b|\baisi \d"
        r"|\buns [a-z]\d{5}|\bti-6al-4v\b|\binconel\b|\ba[24]-[78]0\b|\bsgcc\b|\bsecc\b|\b1\.4[34]\d\d\b"
        r"|\balumin(?:i)?um \d{4}\b|\bstainless steel\b",
        unless=(
            r"\b(?:weld(?:ed|ing)?\b.{0,30}\b(?:class|procedure)|certificat|traceab|cleaned|anneal)|\bheat-treat"
            r"|\b(?:alternate|substitut)"
        ),
    ),
    cue(
        _MATERIALS,
        71,
        "thick thickness gauge gage",
        r"\bthick(?:ness)?\b[^.]{0,30}\d|\d(?:[.,]\d{1,6})?\s?(?:mm|in|inch|\")\s?thick"
        r"|\bthickness\b[^.]{0,40}\b(?:shall|minimum|nominal)|\b\d{1,2} ?-?ga(?:u)?ge\b",
        unless=r"\b(?:coating|plating|paint|film|specimen|penetrant)\b",
    ),
    cue(
        _MATERIALS,
        75,
        "polyimide polyamide nylon steel aluminum aluminium titanium copper brass bronze rubber epdm silicone foam per",
        _ALLOYS[:-1] + r")\b[^.]{0,40}\bper (?:astm|asme|ams|mil|en|din|iso|sae|qq)\b",
        unless=r"\b(?:weld|passivat|plat(?:ed|ing)|coat|paint|anodi)",
    ),
    cue(
        _MATERIALS,
        50,
        "aluminum aluminium steel stainless titanium brass copper plastic rubber wood canvas",
        r"\b(?:aluminium|aluminum|stainless|titanium|brass|copper|bronze|rubber|nylon|canvas) (?:[a-z-]+s"
        r"|structure|frame"
        r"|body|sheet|housing|plate|tube|bar)\b",
    ),
    cue(
        _MATERIALS,
        67,
        "plate tube sheet bar pipe rod wood canvas",
        r"\b(?:plate|tube|tubing|sheet|bar|pipe|rod|forging|casting|fastener|bolt)s?\b[^.]{0,40}\b(?:per|to"
        r"|in accordance with|conform(?:ing)? to) (?:astm|asme|ams|mil|en|din|iso)\b",
    ),
    cue(
        _MATERIALS,
        59,
        "alloy alloys steel steels metal metals titanium magnesium beryllium aluminum aluminium polymer polymers "
        "elastomer elastomers plastic plastics nylon foam foams lubricant lubricants composite composites superalloy "
        "superalloys thermoplastic thermoplastics refractory fasteners materials",
        _ALLOYS[:-1]
        + (
            r")\b[^.]{0,120}\b(?:shall|must|should)\b|\bshall be (?:made|fabricated|manufactured|constructed) (?:of"
            r"|from)\b|\bmaterials?\b[^.]{0,40}\b(?:shall|must) (?:be|have|meet|conform)\b"
        ),
    ),
    cue(
        _MATERIALS,
        48,
        "material materials fastener fasteners lubricant",
        r"\bmaterials?\b[^.]{0,100}\b(?:shall|must)\b|\bfasteners?\b[^.]{0,100}\b(?:shall|must)\b",
    ),
    cue(
        _QUANTITIES,
        74,
        "qty quantity ea pcs pieces units quantities each",
        r"\bqty\b|\bquantit(?:y|ies)\b|\|\s?\d[\d,]{0,9}\s?(?:ea|pcs?|pieces|units|each|sets?)\b|\b\d{1,6} (?:pcs"
        r"|pieces"
        r"|units|ea)\b",
        unless=r"\b(?:quantity of (?:heat|gas)|(?:minor|small|smaller|large|larger|such|sufficient) quantit"
        r"|quantitative|forecast)",
    ),
    cue(
        _QUANTITIES,
        58,
        "ordered order usd eur two three four five six seven eight nine ten",
        r"\|\s?\d{1,5}\s?\|\s?(?:usd|eur|\$|€)|\bminimum order\b|\border (?:quantity|multiple)|\b(?:two|three|four"
        r"|five|six|seven|eight|nine|ten) \(\d{1,2}\)",
    ),
    cue(
        _CERTIFICATES,
        85,
        "mill mtr mtr's mtr’s mtrs 10204 certificates certificate material manufacturer’s manufacturer's",
        r"\bmill (?:test )?cert\w*|\bmtr(?:'s|’s|s)?\b|\ben ?10204\b|\bmaterial (?:test report|certificat)\w*"
        r"|\bmanufacturer[’']s test report",
        unless=r"\|\s?(?:hold|witness)\b",
    ),
    cue(_CERTIFICATES, 84, "country origin", r"\bcountry[- ]of[- ]origin\b|\bcertificates? of origin\b"),
    cue(
        _CERTIFICATES,
        80,
        "traceab",
        r"\btraceab\w*",
        unless=r"\btraceable to (?:nist|national|the national|si\b)|\bcalibrat",
    ),
    cue(_CERTIFICATES, 72, "heat", r"\bheat (?:number|lot|no\.)s?\b", unless=r"\bmark part|\bweld map"),
    cue(
        _CERTIFICATES,
        57,
        "lot lots",
        r"\b(?:procured|purchased|obtained|lots?) (?:as |in )?(?:single )?lots?\b|\blots?\b[^.]{0,60}\b(?:shall"
        r"|identified|separate|number)",
    ),
    cue(
        _ALTERNATES,
        83,
        "alternat substitut equal equivalent",
        r"\balternates?\b|\balternative (?:material|part|source|component|process|supplier|method)s?\b"
        r"|\bsubstitut\w*|\bor (?:approved )?equal\b|\bor equivalent\b",
        unless=(
            r"\btest(?:s|ed|ing)?\b|\binspect(?:ion|ed)\b|\balternat\w+ (?:test|method|inspect|sampl)"
            r"|\bsubstitute:|\bsubstitute (?:for|any) (?:notice|service)"
            r"|\balternate (?:days|between)"
        ),
    ),
    cue(
        _RFQS,
        80,
        "rfq rfqs quotation quote quotes quoted bid priced request",
        r"\brfqs?\b|\brequests? for (?:quot\w+|proposal)|\bplease quote\b"
        r"|\bseparate quote\b|\bquotes? (?:is |are )?required\b",
    ),
    cue(
        _SUPPLIERS,
        82,
        "approved avl asl audited sole single qualified excluded other directed authorized",
        r"\b(?:approved|qualified|audited|directed|authori[sz]ed|non-audited) (?:\w+ ){0,2}(?:suppliers?|vendors?"
        r"|sources?|manufacturers?|distributors?|makers?|laborator(?:y|ies))\b|\bavl\b|\basl\b|\b(?:sole"
        r"|single)[- ]source\b|\bexcluded suppliers?\b|\bis approved for\b(?! (?:use|public))"
        r"|\bno other make\w*\b|\bapproved (?:vendor"
        r"|supplier) list",
    ),
    cue(
        _SUPPLIERS,
        73,
        "procured bought purchased obtained subcontract sub-tier subtier subcontractor vendor vendors distributors "
        "manufacturers supplier suppliers",
        r"\b(?:procured|bought|purchased|sourced) (?:only |directly )?(?:from|by|through)\b|\bobtained (?:only )?from\b"
        r"|\bsub-?contract\w*|\bsub-?tiers?\b",
        unless=r"\bconfidential\b|\blots\b|\bcoc\b|\bindemn|\binsurance|\bapproved for (?:use|public)\b",
    ),
    cue(
        _SUPPLIERS,
        62,
        "audit audits",
        r"\baudits?\b(?: approval| results| findings)?\b[^.]{0,30}\b(?:limited|used|valid)\b",
    ),
    cue(
        _SUPPLIERS,
        64,
        "audit audits audited distributors vendors manufacturers supplier vendor",
        r"\b(?:suppliers?|vendors?|manufacturers?|distributors?)\b[^.]{0,80}\b(?:audit\w*|approv\w*|select\w*"
        r"|evaluat\w*|survey\w*|qualif\w*)|\baudit\w*\b[^.]{0,60}\b(?:suppliers?|vendors?|manufacturers?"
        r"|distributors?)",
    ),
    cue(_RESTRICTIONS, 88, "ear", r"\b(?-i:EAR)\b"),
    cue(
        _RESTRICTIONS,
        88,
        "dfars itar ear rohs reach conflict buy export counterfeit specialty berry tariff",
        r"\bdfars\b|\bitar\b|\brohs\b|\breach\b (?:\(|regulation|complian|1907|and rohs)"
        r"|\bcomply with reach\b|\bconflict minerals?\b|\bbuy american?\b|\bexport (?:control|administration"
        r"|licen)\w*|\bcounterfeit\w*|\bspecialty metals?\b|\bberry amendment\b",
    ),
    cue(
        _RESTRICTIONS,
        88,
        "dfars itar buy berry rohs",
        r"\b(?:dfars|itar|buy american?|berry amendment|rohs)\b[^.]{0,80}\bappl(?:y|ies)\b"
        r"|\bdfars \d{3}\.\d{3}-\d{4} applies\b|\bitar[- ]controlled\b",
        least=Force.NONE,
    ),
    cue(
        _RESTRICTIONS,
        79,
        "cadmium mercury asbestos lead zinc tin pvc halogen beryllium polychlorinated ozone radioactive hazardous",
        r"\b(?:cadmium|mercury|asbestos|lead|zinc|pure tin|tin|pvc|halogen\w*|beryllium|polyvinyl chloride"
        r"|ozone[- ]deplet\w*|radioactive|hexavalent)\b[^.]{0,120}\b(?:shall not|prohibited|not be used|forbidden"
        r"|free)|\b(?:cadmium|lead|halogen|pvc)-free\b",
    ),
    cue(
        _RESTRICTIONS,
        70,
        "citizen citizens prohibited banned",
        r"\bu\.?s\.? (?:citizen|person)s?\b|\bunited states citizens?\b|\bprohibited (?:material|substance)s?\b"
        r"|\bbanned\b",
    ),
    cue(
        _RESTRICTIONS,
        63,
        "prohibited prohibits used",
        (r"\bshall not be used\b|\b(?:is|are) (?:expressly )?prohibited\b"),
    ),
    cue(
        _PACKAGING,
        81,
        "pack packs packed packing packag crate crates crated crating ispm pallet pallets desiccant preserv",
        r"\bpack(?:s|ed|ing|aged?|aging)?\b|\bcrat(?:e|es|ed|ing)\b|\bispm\b|\bpallet\w*|\bdesiccant\b"
        r"|\bpreserv(?:ed|ation)\b",
        unless=(
            r"\b(?:data|documentation|acceptance data|ppap\b.{0,12}|bond|battery|information) pack|\bpackaging (?:of"
            r"|for) electronic|\bcountry of origin\b|\blevel \d package"
        ),
    ),
    cue(
        _PACKAGING,
        76,
        "ship shipped shipment shipments shipping transport deliver delivered delivery fca fob exw ddp cpt dap "
        "incoterms freight carrier",
        r"\bship(?:ped|ping|ments?)?\b(?! (?:to:|set))|\bincoterms\b|\b(?:fca|fob|exw|ddp|cpt|dap|cif)\b|\bfreight\b"
        r"|\bcarriers?\b|\bdelivered to\b|\btransport(?:ed|ation|ing)\b",
        unless=r"\bcertificates?\b|\bspaceship|\bpublic transport|\brelationship|\bmass transport",
    ),
    cue(
        _PACKAGING,
        75,
        "mark marked marking markings label labeled labelled labels labeling",
        r"\bmark(?:ed|ing|ings)?\b(?! (?:manufactur|up\b))|\blabel(?:ed|led|ing|ling|s)?\b|\bserial number\b",
        unless=(
            r"\btrade ?mark|\bmarket|\bbenchmark|\bvalid label\b|\bmarked (?:up|as (?:draft|contractor"
            r"|confidential))|\blessons?\b|\bconfidential"
        ),
    ),
    cue(
        _PACKAGING,
        66,
        "storage store stored bagged wrap wrapped polyethylene handling handled",
        r"\b(?:controlled |in )storage\b|\bstor(?:ed|age)\b[^.]{0,50}\b(?:shall|must|be|until|in)\b"
        r"|\b(?:double-?)?bagged\b|\bwrapp?(?:ed|ing)?\b|\bhandl(?:ed|ing)\b",
    ),
    cue(
        _RESTRICTIONS,
        86,
        "confidential drawings drawing passed",
        r"\bdrawings?\b[^.]{0,60}\bshall not be (?:passed|disclosed|shared|copied)\b",
    ),
    cue(
        _PACKAGING,
        52,
        "deliver delivered delivery",
        r"\bdeliver(?:ed|y|ies)?\b[^.]{0,40}\b(?:shall|to|at)\b|\bshall (?:be )?deliver",
    ),
)
