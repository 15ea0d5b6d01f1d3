"""Contract terms that bind the job; purchasing keeps them."""

from services.specialist.offline.binding import Force
from services.specialist.offline.cue import Cue, cue

_TERMS = "purchasing.contract_terms"

TERMS: tuple[Cue, ...] = (
    cue(
        _TERMS,
        91,
        "supersed precedence conflict inconsisten prevail governs cancels replaces",
        r"\bsupersed(?:es?|ed)\b|\b(?:order of )?precedence\b|\bin (?:the )?(?:case|event) of (?:a |any )?(?:conflict"
        r"|inconsisten|discrepan)\w*|\bshall (?:prevail|govern|control)\b|\breplaces all\b|\bcancels and\b",
        least=Force.NONE,
    ),
    cue(
        _TERMS,
        84,
        "entitled remed forms constitut delete substitute replace insert "
        "warrant indemn liab terminat confidential insurance arbitrat majeure intellectual damages breach governing "
        "waiver",
        r"\bwarrant(?:s|y|ies|ed)\b|\bindemni\w*|\bliab(?:le|ility|ilities)\b|\bterminat(?:e|es|ed|ion)\b"
        r"|\bconfidential\w*|\binsurance\b|\barbitrat\w*|\bforce majeure\b|\bintellectual property\b|\bdamages\b"
        r"|\bbreach\w*|\bgoverning law\b|\bgoverned by the laws?\b|\bentitled to\b|\bremed(?:y|ies) (?:it"
        r"|available|for)\b"
        r"|\bforms? (?:a )?part of\b|\A(?:delete|substitute|replace|insert)\s?:",
        unless=r"\bterminat(?:e|ion) (?:of the )?(?:weld|pass|cable|thread)|\bwelding warrant|\bdesign is warranted",
        least=Force.NONE,
    ),
    cue(
        _TERMS,
        83,
        "valid separately payment invoice invoices price prices pay penalty penalties late liquidated royalt",
        r"\bquotation is valid\b|\b(?:quoted|priced) separately\b|\bpayments?\b|\binvoices?\b|\bprices? (?:shall"
        r"|will|is|are|of)\b|\bpurchase price\b|\bpenalt(?:y|ies)\b"
        r"|\blate delivery\b|\bliquidated\b|\broyalt\w*|\b(?:shall|will|must|to) pay\b",
        least=Force.NONE,
    ),
    cue(
        _TERMS,
        81,
        "change changes notify notified consent approval latest issuances",
        r"\bnotif(?:y|ied|ication)\b[^.]{0,80}\bchange\w*|\bchanges?\b[^.]{0,120}\b(?:prior )?written (?:approval"
        r"|consent)\b|\bprior written (?:consent|approval|notice)\b|\bno changes\b|\bmaterial change\b"
        r"|\bchange control\b|\blatest (?:issues?|issuances?|revisions?|editions?|versions?)\b"
        r"|\bterms? and conditions\b",
        unless=r"\blatest revision of the drawing\b",
    ),
    cue(
        _TERMS,
        72,
        "deviation deviations waiver waivers mua muas tailor efforts forecast inventory spare grounds exempt applicab",
        r"\bdeviations?\b|\bwaivers?\b|\bmuas?\b|\btailoring\b|\b(?:best|reasonable) efforts\b|\brolling forecasts?\b"
        r"|\binventor(?:y|ies) of\b|\bspare parts\b|\bgrounds for\b|\b(?:is|are) exempt\b",
        unless=r"\bstandard deviation|\bdeviation\b[^.]{0,20}(?:mm|in)\b",
    ),
    cue(
        _TERMS,
        60,
        "party parties agreement assign title ownership license amend",
        r"\b(?:either|each|both|neither|other|the) part(?:y|ies)\b|\bthis agreement\b|\bassign(?:s|ed"
        r"|ment)?\b[^.]{0,40}\b(?:rights|agreement|consent)|\btitle (?:to|and risk)\b|\brisk of loss\b|\bamend(?:ed"
        r"|ment)s? (?:to|of|in writing)",
        unless=r"\bwithin the scope of this agreement means\b|\bthird[- ]party (?:lab|inspect|test)",
        least=Force.NONE,
    ),
    cue(
        _TERMS,
        66,
        "notify notice notices notified recall complaint complaints permits laws law corrective",
        r"\bshall (?:promptly |immediately )?(?:notify|inform)\b|\bwritten notice\b|\brecalls?\b|\bcomplaints?\b"
        r"|\bapplicable laws?\b|\bpermits\b|\blicen[sc]es?\b|\bcorrective actions?\b",
    ),
    cue(
        _TERMS,
        44,
        "approved resolved conditions applies apply binding authority",
        r"\bshall be (?:approved|resolved|accepted|agreed) by\b|\bbinding\b|\bshall apply (?:to|unless|as)\b",
    ),
    cue(
        _TERMS,
        47,
        "vendor buyer seller customer establishment purchaser",
        r"\b(?:buyer|seller|purchaser|customer)\b[^.]{0,60}\b(?:shall|will|may not|agrees)\b",
    ),
    cue(
        _TERMS,
        62,
        "additional additional deemed entitled acknowledges sole expense discretion order orders reject rejected",
        r"\b(?:deemed|entitled)\b|\backnowledges?\b|\bsole (?:discretion|expense|cost|remedy)\b|\bat (?:its"
        r"|no additional) "
        r"(?:own )?(?:cost|expense)\b|\bpurchase orders?\b|\breject(?:ed|ion|s)?\b",
        unless=r"\blot will be rejected|\bbuilt to\b",
    ),
)
