"""What binds and what is background: definitions, headings and prose that demands nothing are no findings."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

from buildplan.v1.document_pb2 import DocumentKind, Passage


class Force(IntEnum):
    """How much a sentence demands."""

    NONE = 0
    PLAIN = 1
    ADVICE = 2
    DEMAND = 3


_DEMAND = re.compile(
    r"\b(?:shall|must|(?:is|are|be) (?:hereby )?(?:required|prohibited|forbidden|obliged|responsible|entitled|due"
    r"|subject to|limited to)|required to|(?:is|are) to be \w+"
    r"|(?:is|are) not (?:permitted|allowed|accept(?:ed|able))|has to be|have to be|agrees? (?:not )?to"
    r"|may not|mandatory|not (?:accept|permit|allow)(?:ed|able)?|needs? to be|do not|does not permit|please"
    r"|warrants?|supersedes?)\b"
)
_PROMISE = re.compile(r"\b(?:will|undertakes?|covenants?|(?:is|are) to)\b")
_FORETOLD = re.compile(r"\bwill (?:also |not |either )*be \w{2,20}(?:ed|en|ld|de|pt)\b")
_RIGHT = re.compile(
    r"\b(?:may|has the right to|have the right to|can) (?:also |only |then |at any time )?(?:accept|assign|audit|cancel"
    r"|change|charge|enter|inspect|refuse|reject|return|reduce|require|suspend|terminate|visit|withhold|levy)\b"
)
_ADVICE = re.compile(
    r"\b(?:should|recommend(?:ed)?|preferred|(?:is|are|remains?) (?:also |only |generally )?(?:acceptable|accepted"
    r"|permitted|allowed|excluded|exempt)|may (?:only |also )?be (?:used|\w{3,20}ed|cut|made)|can be utili[sz]ed)\b"
)
_IMPERATIVE = re.compile(
    r"(?:add|allow|assess|assign|assure|avoid|conduct|consider|control|coordinate|determine|develop|establish"
    r"|evaluate|give|implement|limit|minimi[sz]e|monitor|plan|select|train|weigh|anneal|anodi[sz]e|apply|assemble|bag"
    r"|balance|blast|bend|book|break|calibrate|certify|check|clean"
    r"|coat|confirm|contact|cut|deburr"
    r"|degrease|delete|deliver|design|document|do not|drill|dimensions? (?:apply|are)|ensure|etch|fabricate|fill"
    r"|finish|fit|galvanize|grind|hardness|heat|hold|identify|include|inspect"
    r"|install|interpret|keep|machine|maintain|make|mark|mask|measure|note|notify|obtain|order|pack(?:age)?|paint"
    r"|pass|passivate|perform|pickle|plate"
    r"|polish|preheat|prepare|prevent|protect|provide|purge|quote|ream|record|remove|report|return|review|rinse"
    r"|route|seal|send|ship|solder|stamp|state|store"
    r"|stress[- ]relieve|submit|substitute|supply|tap|test|torque|use|verify|weld|wipe|wrap)\b(?!\s+(?:is|are|was"
    r"|were|has|have|of)\b)"
)
_DEFINITION = re.compile(
    r"(?:[“\"][^”\"]{1,80}[”\"]|(?:the )?terms? [“\"][^”\"]{1,80}[”\"])\s*(?:\([^)]{1,60}\)\s*)?(?:means?|shall mean"
    r"|refers? to|is defined|has the meaning|shall have the meaning|includes?)\b"
    r"|[A-Z][\w-]{1,30}(?: [\w-]{1,30}){0,5} (?:means|shall mean|is defined as|are defined as|refers to)\b"
    r"|(?i:for (?:the )?purposes? of this\b)"
    r"|(?:the )?(?:words?|terms?|verbs?) [“\"']",
)
_META_WORDS = (
    "shall",
    "word",
    "statements",
    "contents",
    "downloaded",
    "rights",
    "page",
    "distribution",
    "intentionally",
    "master list",
    "copies",
    "obtained",
    "available",
    "note: per",
    "accessible",
    "meant",
)
_META = re.compile(
    r"\b(?:indicated by the word|denoted by|(?:word|the) [“\"']shall|statements? containing"
    r"|comply with the table of contents|table of contents"
    r"|downloaded from|all rights reserved|page \d+ of \d+|distribution is unlimited|intentionally left blank"
    r"|check the master list|(?:is|are) meant to|(?:is|are) accessible (?:via|at|from|by)"
    r"|requests? for copies|copies of (?:this|these)|may be obtained from|available (?:from|at) (?:the )?https?)\b"
    r"|^\s*note: per section"
)
_CONTENTS = re.compile(r"\.{4} ?[\divx]{1,4}\Z|(?:\. ){4}")
_CAPTION = re.compile(
    r"(?:figure|fig\.|table|exhibit|appendix|annex|section)\s+[\w.-]{1,8}[.:,—–-]?\s*\S{0,40}(?:\s\S{1,30}){0,12}\Z",
    re.IGNORECASE,
)
_DEFINITIONS_HEADING = re.compile(
    r"\b(?:definitions?|acronyms?|abbreviations?|glossary|terms and|terminology|symbols)\b", re.IGNORECASE
)
_BACKGROUND_HEADING = re.compile(
    r"\b(?:background|foreword|preface|revision history|change (?:log|history)|document (?:history|revisions?)"
    r"|table of contents|contents"
    r"|acknowledge?ments?|recitals|list of (?:figures|tables)|rationale|revisions|driving event)\b",
    re.IGNORECASE,
)
_REPORT_WORDS = (
    "had been",
    "has been used",
    "attached",
    "regards",
    "dear",
    "collected after",
    "present:",
    "statement of work",
    "purchase order",
    "quotation",
    "meeting notes",
    "lessons learned",
    "scale",
)
_REPORT = re.compile(
    r"\b(?:had been|has been used|attached|regards|dear|collected after)\b|\bpresent:|\A(?:statement of work"
    r"|purchase order|quotation|meeting notes|lessons learned)\b[^.]*\Z|\bscale \d+ ?:"
)
_VALUE = re.compile(
    r"\d|[±Øø_]|(?-i:\b[A-Z]{4,}\b)|\b(?:tbd|tbc|no |not |stainless|steel|alumini?um|titanium|brass|copper|only"
    r"|late|delay\w*|risk)\b",
    re.IGNORECASE,
)
_VERB = re.compile(r"\b(?:is|are|may|has|have|can|does|will|be|means|entitled|agree\w*)\b")
_FOLLOWING = re.compile(r"\b(?:following|as follows|listed below)\b[^.:]{0,50}[.:]\Z")
_MEASURED = re.compile(
    r"[\d)]\s?(?:mm|cm|m|km|in|inch(?:es)?|ft|µm|kg|g|lbs?|oz|n|kn|nm|mpa|psi|ksi|bar|pa|v|vac|vdc|a|w|kw|hz|db|°|°?[cf]"
    r"|%|percent|grms|rpm|cfm|cycles?|hours?|minutes?|seconds?|bells?|[\"”″])(?![a-z])|\d\s?(?:°|º)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\A\d{1,3}(?:\.\d{1,3})+\.?\s+")
_SHORTEST_HEADING, _SHORT_HEADING = 3, 60
_SHORT_ITEM = 120
_LABEL_WORDS = 8
_STEM_END = 80
_BARE_STEM = re.compile(r"\b(?:shall|must|will|should|agrees? to|(?:is|are) to):\Z")
_TITLE = re.compile(
    r"(?:(?:[A-Z](?:[a-z’'-]+|(?=\W))[A-Za-z’'&-]*|and|or|of|to|by|for|in|on|the|a|an|with|from|at|due|&"
    r"|/)[;,]?(?: |(?=\.)))+\."
)
_TERSE = frozenset(
    {
        DocumentKind.DOCUMENT_KIND_DRAWING,
        DocumentKind.DOCUMENT_KIND_PURCHASE_ORDER,
        DocumentKind.DOCUMENT_KIND_QUOTE,
        DocumentKind.DOCUMENT_KIND_INSPECTION_PLAN,
        DocumentKind.DOCUMENT_KIND_STATEMENT_OF_WORK,
        DocumentKind.DOCUMENT_KIND_MEETING_NOTES,
        DocumentKind.DOCUMENT_KIND_LESSONS_LEARNED,
        DocumentKind.DOCUMENT_KIND_EMAIL,
    }
)
_PROMISING = frozenset(
    {
        DocumentKind.DOCUMENT_KIND_PURCHASE_ORDER,
        DocumentKind.DOCUMENT_KIND_QUOTE,
        DocumentKind.DOCUMENT_KIND_STATEMENT_OF_WORK,
    }
)


@lru_cache(maxsize=4096)
def silent_heading(heading: str) -> bool:
    """True where only a plain demand counts: under definitions, background, histories."""
    return bool(_DEFINITIONS_HEADING.search(heading) or _BACKGROUND_HEADING.search(heading))


def is_report(sentence: str) -> bool:
    """True for what only tells: attendance, greetings, titles of papers, names of views."""
    lowered = sentence.lower()
    return any(word in lowered for word in _REPORT_WORDS) and _REPORT.search(lowered) is not None


def is_empty_talk(sentence: str, demand: Force) -> bool:
    """True for a sentence that demands nothing and names no value; only plain words of the trade make it a finding."""
    if demand == Force.PLAIN:
        return _VALUE.search(sentence) is None
    return demand == Force.NONE and not (_VERB.search(sentence.lower()) or _VALUE.search(sentence))


def introduces(sentence: str) -> bool:
    """True for the sentence before a list."""
    return sentence.endswith(":") or _FOLLOWING.search(sentence[-_STEM_END:]) is not None


def is_measured(text: str) -> bool:
    """True for a short line without a verb that gives a value with its unit."""
    return len(text) <= _SHORT_ITEM and _MEASURED.search(text) is not None and not _VERB.search(text.lower())


def is_fragment(text: str, heading: str) -> bool:
    """True for a few words without a verb whose heading, if it is short, says what they are about."""
    if (
        len(text.split()) > _LABEL_WORDS
        or not _SHORTEST_HEADING <= len(heading) <= _SHORT_HEADING
        or len(text) > _SHORT_ITEM
    ):
        return False
    lowered = text.lower()
    if lowered.startswith(heading.lower()[:_SHORTEST_HEADING]):
        return False
    return not (_VERB.search(lowered) or _DEMAND.search(lowered) or _IMPERATIVE.match(lowered))


def is_label(sentence: str, heading: str, kind: DocumentKind.ValueType) -> bool:
    """True for what only names something: a title run into its clause, a word before a colon, a lone word.

    A note of a drawing is its own heading.
    """
    lowered = sentence.lower()
    if (sentence.endswith(":") and _BARE_STEM.search(lowered)) or _is_title_of(lowered, heading):
        return True
    words = sentence.count(" ") + 1
    if words > _LABEL_WORDS or _IMPERATIVE.match(lowered) or _DEMAND.search(lowered):
        return False
    if sentence.endswith(":"):
        return "date" not in lowered or kind not in _TERSE
    if words == 1:
        return kind not in _TERSE and "_" not in sentence and ":" not in sentence
    repeated = kind != DocumentKind.DOCUMENT_KIND_DRAWING and lowered.rstrip(".") in heading.lower()
    return repeated or (sentence.endswith(".") and _TITLE.fullmatch(sentence) is not None)


def _is_title_of(lowered: str, heading: str) -> bool:
    """True for the title that a numbered clause begins with, which may read like an order: "Test fixtures."."""
    title = _NUMBERED.sub("", heading)
    return title != heading and lowered.rstrip(".") == title.rstrip(".").lower()


def is_background(sentence: str) -> bool:
    """True for definitions, captions, lines of contents and talk about the paper itself."""
    lowered = sentence.lower()
    return bool(
        _DEFINITION.match(sentence)
        or (any(word in lowered for word in _META_WORDS) and _META.search(lowered))
        or (("...." in sentence or ". . " in sentence) and _CONTENTS.search(sentence.rstrip()))
        or (len(sentence) < 160 and _CAPTION.match(sentence))
    )


def force(
    sentence: str, role: Passage.Role.ValueType, kind: DocumentKind.ValueType, *, agreement: bool = False
) -> Force:
    """How much the sentence demands in a paper of this kind.

    Terse papers (drawings, orders, quotes, plans, notes) state requirements without a verb; a specification's
    prose binds by "shall" and its like. In an order and in an `agreement` "will" is a promise, elsewhere it may only
    foretell; the parties' rights bind in an agreement too.
    """
    lowered = sentence.lower()
    if _IMPERATIVE.match(lowered) or _DEMAND.search(lowered):
        return Force.DEMAND
    if (agreement or kind in _PROMISING) and _PROMISE.search(lowered):
        return Force.DEMAND
    if agreement and _RIGHT.search(lowered):
        return Force.DEMAND
    if _ADVICE.search(lowered) or _FORETOLD.search(lowered):
        return Force.ADVICE
    if role in (Passage.ROLE_TABLE_ROW, Passage.ROLE_FIELD) or kind in _TERSE:
        return Force.PLAIN
    return Force.NONE
