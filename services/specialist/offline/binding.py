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
    r"|subject to)|required to|(?:is|are) to (?:be )?\w"
    r"|(?:is|are) not (?:permitted|allowed|accept(?:ed|able))|has to be|have to be|(?:will"
    r"|agrees?) (?:not )?(?:to )?\w"
    r"|may not|mandatory|not (?:accept|permit|allow)(?:ed|able)?|needs? to be|do not|does not permit|please"
    r"|warrants?|supersedes?)\b"
)
_ADVICE = re.compile(
    r"\b(?:should|recommend(?:ed)?|preferred|(?:is|are|remains?) (?:also |only |generally )?(?:acceptable|accepted"
    r"|permitted|allowed|excluded)|may (?:only |also )?be (?:used|procured|purchased|accepted|omitted|waived"
    r"|substituted|performed|supplied|obtained|replaced|utili[sz]ed)|can be utili[sz]ed)\b"
)
_IMPERATIVE = re.compile(
    r"(?:add|allow|assess|assign|assure|avoid|conduct|consider|control|coordinate|determine|develop|establish"
    r"|evaluate|implement|limit|minimi[sz]e|monitor|plan|select|train|weigh|anneal|anodi[sz]e|apply|assemble|bag"
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
    ("intentionally"),
    ("master list"),
    ("copies"),
    ("obtained"),
    ("available"),
    ("note: per"),
)
_META = re.compile(
    r"\b(?:indicated by the word|denoted by|(?:word|the) [“\"']shall|statements? containing"
    r"|comply with the table of contents|table of contents"
    r"|downloaded from|all rights reserved|page \d+ of \d+|distribution is unlimited|intentionally left blank"
    r"|check the master list"
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
    ("statement of work"),
    ("purchase order"),
    ("quotation"),
    ("meeting notes"),
    ("lessons learned"),
    ("scale"),
)
_REPORT = re.compile(
    r"\b(?:had been|has been used|attached|regards|dear|collected after)\b|\bpresent:|\A(?:statement of work"
    r"|purchase order|quotation|meeting notes|lessons learned)\b[^.]*\Z|\bscale \d+ ?:"
)
_VALUE = re.compile(
    r"\d|[±Øø_]|(?-i:\b[A-Z]{4,}\b)|\b(?:tbd|tbc|no |not |stainless|steel|only|late|delay\w*|risk)\b", re.IGNORECASE
)
_VERB = re.compile(r"\b(?:is|are|may|has|have|can|does|will|be|means|entitled|agree\w*)\b")
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


def is_background(sentence: str) -> bool:
    """True for definitions, captions, lines of contents and talk about the paper itself."""
    lowered = sentence.lower()
    return bool(
        _DEFINITION.match(sentence)
        or (any(word in lowered for word in _META_WORDS) and _META.search(lowered))
        or (("...." in sentence or ". . " in sentence) and _CONTENTS.search(sentence.rstrip()))
        or (len(sentence) < 160 and _CAPTION.match(sentence))
    )


def force(sentence: str, role: Passage.Role.ValueType, kind: DocumentKind.ValueType) -> Force:
    """How much the sentence demands in a paper of this kind.

    Terse papers (drawings, orders, quotes, plans, notes) state requirements without a verb; a specification's
    prose binds by "shall" and its like.
    """
    lowered = sentence.lower()
    if "shall " in lowered or _IMPERATIVE.match(lowered) or _DEMAND.search(lowered):
        return Force.DEMAND
    if _ADVICE.search(lowered):
        return Force.ADVICE
    if role in (Passage.ROLE_TABLE_ROW, Passage.ROLE_FIELD) or kind in _TERSE:
        return Force.PLAIN
    return Force.NONE
