"""Guesses what a paper is: from its content first, its name second, and says why."""

from __future__ import annotations

import re
from dataclasses import dataclass

from buildplan.v1 import document_pb2 as pb

_TITLE_CHARACTERS = 700
_OPENING_CHARACTERS = 8000


@dataclass(frozen=True)
class _Rule:
    """A sign of a kind. `title` counts at the head of the paper, `text` anywhere in its opening, `name` in the name."""

    kind: pb.DocumentKind.ValueType
    what: str
    title: str = ""
    text: str = ""
    name: str = ""
    weight: int = 6


_RULES = (
    _Rule(
        pb.DOCUMENT_KIND_PURCHASE_ORDER,
        "purchase order",
        title=r"^\W*purchase order\b|\bpurchase order\s*(?:no|number|num|#|:|\d|date|$)"
        r"|\bP\.?O\.?\s*(?:no\b|number|#|:)",
        text=r"\b(?:ship to|bill to|vendor|unit price|line item|order date|buyer\s*:|terms\s*:)",
        name=r"(?:^|[\W_])(?:p\.?o|purchase[\W_]*order)(?:[\W_\d]|$)",
    ),
    _Rule(
        pb.DOCUMENT_KIND_QUOTE,
        "quote",
        title=r"^\W*(?:quotation|quote)\b|\b(?:quotation|quote)\s*(?:no|number|#|:)|\bour (?:quotation|offer)\b"
        r"|^\W*proposal\b",
        text=r"\b(?:quote valid|valid (?:for|until)|quoted (?:price|lead)|we are pleased to (?:quote|offer)"
        r"|exceptions? to)",
        name=r"(?:^|[\W_])(?:quot(?:e|ation)|rfq|proposal)(?:[\W_\d]|$)",
    ),
    _Rule(
        pb.DOCUMENT_KIND_INSPECTION_PLAN,
        "inspection and test plan",
        title=r"inspection (?:and|&) test(?:ing)? plan|\bITP\b|^\W*(?:inspection|quality(?: control)?|test) plan\b",
        text=r"\b(?:hold point|witness point|\bH/W/R\b|acceptance criteria)",
        name=r"(?:^|[\W_])(?:itp|inspection[\W_]*(?:and[\W_]*test[\W_]*)?plan)(?:[\W_\d]|$)",
    ),
    _Rule(
        pb.DOCUMENT_KIND_STATEMENT_OF_WORK,
        "statement of work",
        title=r"statement of work|^\W*scope of work|\bSOW\b",
        text=r"\b(?:the contractor shall|project scope|place of performance|period of performance)",
        name=r"(?:^|[\W_])(?:sow|statement[\W_]*of[\W_]*work)(?:[\W_\d]|$)",
    ),
    _Rule(
        pb.DOCUMENT_KIND_SUPPLIER_QUALITY_MANUAL,
        "supplier quality manual",
        title=r"supplier quality (?:manual|requirements|handbook|assurance)|^\W*quality manual"
        r"|supplier (?:manual|handbook)"
        r"|quality clauses",
        text=r"\b(?:supplier shall|suppliers shall|supplier corrective action)",
        name=r"supplier[\W_]*(?:quality|manual|handbook)|(?:^|[\W_])s?qm(?:[\W_\d]|$)|quality[\W_]*(?:manual|clauses)",
    ),
    _Rule(
        pb.DOCUMENT_KIND_GENERIC_SPECIFICATION,
        "published standard",
        title=r"\b(?:NASA|MSFC|MIL|FED|DOD)-(?:STD|SPEC|DTL|PRF|HDBK)|technical standard"
        r"|military ?standard|federal ?standard"
        r"|\bPD-ED-\d|preferred (?:reliability )?practice|standard (?:specification|practice|test method) for"
        r"|\A\W*(?:ASTM|AWS|ISO|ASME|SAE|AMS|EN)\s?[A-Z]?\d",
        text=r"\b(?:this standard|custodians?:|everyspec|standards\.nasa\.gov)",
        name=r"(?:^|[\W_])(?:mil|fed|nasa|msfc)[\W_]?(?:std|spec)|(?:^|[\W_])(?:astm|iso|asme|ams)[\W_]?\d",
    ),
    _Rule(
        pb.DOCUMENT_KIND_CUSTOMER_SPECIFICATION,
        "specification",
        title=r"\bspecification\b|^\W*spec\b|technical requirements",
        text=r"\b(?:this specification|this document (?:defines|describes|specifies)|shall comply|shall conform)",
        name=r"(?:^|[\W_])spec(?:ification)?s?(?:[\W_\d]|$)",
    ),
    _Rule(
        pb.DOCUMENT_KIND_MEETING_NOTES,
        "meeting notes",
        title=r"(?:meeting|kick-?off|review|call) (?:notes|minutes)|^\W*minutes\b|minutes of"
        r"|notes (?:of|from) (?:the )?\w* ?meeting",
        text=r"\b(?:attendees|present\s*:|action items?|participants|apologies)",
        name=r"meeting|minutes|kick[\W_]?off",
    ),
    _Rule(
        pb.DOCUMENT_KIND_LESSONS_LEARNED,
        "lessons learned",
        title=r"lessons?[ -]learned|\blesson \d+",
        text=r"\b(?:lessons? learned|root cause|what went wrong|recommendation:)",
        name=r"lessons?[\W_]*learned|(?:^|[\W_])ll(?:is)?(?:[\W_\d]|$)",
    ),
    _Rule(pb.DOCUMENT_KIND_DRAWING, "military standard drawing", title=r"^\W*MS\d{4,5}[A-Z]?$", weight=16),
    _Rule(
        pb.DOCUMENT_KIND_DRAWING,
        "drawing",
        title=r"\bdrawing (?:no|number|#|:|- scale)|\bdwg\.? ?(?:no|#)",
        text=r"\b(?:unless otherwise specified|third angle|do not scale|break (?:all )?sharp edges|drawn by"
        r"|checked by)",
        name=r"(?:^|[\W_])(?:drawing|dwg|drw)(?:[\W_\d]|$)",
    ),
    _Rule(
        pb.DOCUMENT_KIND_OTHER,
        "agreement, list or report",
        title=r"\bagreement\b|bill of materials?|\bBOM\b|\binspection report|\bCMM\b|set-?up sheet|\btooling\b"
        r"|\bpacking list"
        r"|\bcertificate of|\breport\b|first article",
        text=r"\b(?:hereinafter|the parties|in witness whereof|measured|nominal|manufacturer part|qty per)",
        name=r"(?:^|[\W_])(?:bom|report|cmm|setup|tooling|agreement|contract|certificate|packing|list)(?:[\W_\d]|$)",
    ),
)
_TEXT_WEIGHT, _NAME_WEIGHT = 2, 3
_NEVER = r"(?!)"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern or _NEVER, re.IGNORECASE | re.MULTILINE)


_COMPILED = tuple((rule, _compiled(rule.title), _compiled(rule.text), _compiled(rule.name)) for rule in _RULES)


@dataclass(frozen=True)
class Guess:
    """A kind and why, such as "title 'PURCHASE ORDER' on page 1"."""

    kind: pb.DocumentKind.ValueType
    reason: str


def guess(file_name: str, document_format: str, opening: str, drawing_pages: list[int]) -> Guess:
    """The kind of a paper.

    Args:
        file_name: Its name.
        document_format: A key of `detect.MEDIA_TYPES`.
        opening: Text of its first pages.
        drawing_pages: Pages that are laid out as a drawing.
    """
    if document_format in {"eml", "msg"}:
        return Guess(pb.DOCUMENT_KIND_EMAIL, "an email message")
    scores: dict[pb.DocumentKind.ValueType, int] = {}
    reasons: dict[pb.DocumentKind.ValueType, str] = {}
    if drawing_pages:
        scores[pb.DOCUMENT_KIND_DRAWING] = 8
        reasons[pb.DOCUMENT_KIND_DRAWING] = f"title block or model on page {drawing_pages[0]}"
    for rule, title, text, name in _COMPILED:
        score, reason = _score(rule, (title, text, name), file_name, opening)
        if score:
            scores[rule.kind] = scores.get(rule.kind, 0) + score
            reasons.setdefault(rule.kind, f"{rule.what}: {reason}")
    if not scores or max(scores.values()) < 3:
        return Guess(pb.DOCUMENT_KIND_OTHER, "nothing in the text or name says what it is")
    best = max(scores, key=lambda kind: scores[kind])
    return Guess(best, reasons[best])


def _score(
    rule: _Rule, patterns: tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]], file_name: str, opening: str
) -> tuple[int, str]:
    in_title, in_text, in_name = patterns
    score, reason = 0, ""
    title = in_title.search(opening[:_TITLE_CHARACTERS])
    if title:
        early = 2 if title.start() < 120 else 0
        score, reason = rule.weight + early, f"'{_shown(title[0])}' at the head of the paper"
    signs = {match.lower().strip() for match in in_text.findall(opening[:_OPENING_CHARACTERS])}
    score += _TEXT_WEIGHT * min(3, len(signs))
    reason = reason or (f"'{_shown(min(signs))}' in its text" if signs else "")
    if in_name.search(file_name.rsplit(".", 1)[0]):
        score += _NAME_WEIGHT
        reason = reason or "the file's name"
    return score, reason


def _shown(text: str) -> str:
    return " ".join(text.split())[:60].strip(" :#-")
