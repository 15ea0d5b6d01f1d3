"""Which thing a value is about: a feature, a part, a deliverable; empty for the whole job."""

from __future__ import annotations

import re

from services.facts.revisions import part_numbers

_HEADS = (
    "plate flange bracket tube pipe gusset rib shaft cover housing frame leg panel door ring boss hub bore "
    "hole slot pin nut bolt "
    "screw washer fastener gasket angle channel beam bar rod tank lid base nozzle enclosure chassis pulley "
    "lug spacer stiffener "
    "bushing tray insert seal bearing skirt shell manifold clip handle hinge stud strap support foot pad "
    "block cap elbow tee face rail "
    "reducer coupling casting forging spring chute hopper drum sleeve adapter surface edge thread weldstud o-ring"
)
_HEAD = "|".join(sorted(_HEADS.split(), key=len, reverse=True))
_PHRASE = re.compile(
    rf"(?<![\w-])(?P<modifiers>(?:[A-Za-z]+(?:-[A-Za-z]+)?[ -]){{0,2}})(?P<head>{_HEAD})(?:s|"
    rf"es)?(?![\w-])(?!\s+(?:weldment|assembl|assy))",
    re.IGNORECASE,
)
_NO_MODIFIER = frozenset(
    [
        "the",
        "a",
        "an",
        "all",
        "of",
        "and",
        "or",
        "for",
        "to",
        "with",
        "in",
        "on",
        "at",
        "per",
        "each",
        "every",
        "both",
        "shall",
        "be",
        "must",
        "is",
        "are",
        "was",
        "will",
        "this",
        "that",
        "these",
        "those",
        "by",
        "from",
        "as",
        "into",
        "its",
        "thick",
        "thickness",
        "thk",
        "stainless",
        "steel",
        "carbon",
        "mm",
        "inch",
        "inches",
        "material",
        "item",
        "part",
        "finish",
        "finished",
        "qty",
        "quantity",
        "between",
        "using",
        "use",
        "after",
        "before",
        "any",
        "no",
        "not",
        "only",
        "if",
        "when",
        "where",
        "than",
        "min",
        "max",
        "minimum",
        "maximum",
        "surface",
        "ra",
        "grade",
        "sheet",
        "tolerance",
        "diameter",
        "dia",
        "deliver",
        "delivered",
        "ship",
        "lead",
        "time",
        "have",
        "has",
        "we",
        "now",
        "made",
        "qualify",
        "weld",
        "welded",
        "welding",
        "flatness",
        "parallelism",
        "perpendicularity",
    ]
)
# Words that alone are a form of stock, or too vague to tell one thing from another.
_NO_FEATURE_ALONE = frozenset(
    [
        "plate",
        "tube",
        "pipe",
        "bar",
        "rod",
        "angle",
        "channel",
        "beam",
        "surface",
        "edge",
        "base",
        "support",
        "seal",
        "pad",
        "block",
        "part",
        "casting",
        "forging",
        "fastener",
        "thread",
    ]
)
_WHOLE = re.compile(r"(?<!sub-)(?<!sub)\b(?:weldments?|assembl(?:y|ies)|assy)\b", re.IGNORECASE)
_DELIVERABLES = {
    "first article": r"first[- ](?:article|piece)|\bFAIR?\b",
    "ppap": r"\bPPAP\b",
    "prototype": r"prototypes?\b|pilot (?:lot|run|build)",
    "documentation": r"documentation|data (?:package|book)|dossier|\bMDR\b",
    "weld procedures": r"weld(?:ing)? procedures?|\bWPSs?\b|\bPQRs?\b",
    "inspection plan": r"inspection (?:and test )?plan|\bITP\b",
    "drawings": r"(?:shop|approval|approved) drawings?|drawings? for approval",
    "certificates": r"certificates?|certifications?|\bMTRs?\b|\bC of C\b",
    "balance": r"\bbalance\b|remaining|remainder",
    "material": r"\b(?:raw )?material\b",
    "report": r"\breports?\b",
    "schedule": r"\bschedules?\b",
    "kick-off": r"kick-?off",
    "tooling": r"tooling|fixtures?",
    "samples": r"\bsamples?\b",
    "production": r"\bproduction\b",
    "site acceptance": r"\bFAT\b|\bSAT\b|acceptance test",
}
_DELIVERABLE = re.compile("|".join(f"(?P<d{n}>{p})" for n, p in enumerate(_DELIVERABLES.values())), re.IGNORECASE)
_DELIVERABLE_NAMES = tuple(_DELIVERABLES)
_PHRASE_END = re.compile(r"[,;:|(]")
_READY = re.compile(r"\bready for (?:inspection|test)", re.IGNORECASE)
_NUMBERED = re.compile(
    r"\b(?P<word>lot|batch|release|shipment|line item|line|item|phase|milestone)\s*(?:no\.?|"
    r"#)?\s*(?P<number>\d{1,3})\b(?!\s*(?:mm|in|%|weeks|days))",
    re.IGNORECASE,
)
_PLACES = re.compile(r"\b(?:(?P<hold>hold)|(?P<witness>witness)|(?P<review>review(?=\s+point)))\b", re.IGNORECASE)


def features(text: str) -> list[tuple[int, str]]:
    """The features named in `text` with their positions: "base plate", singular and in lower case."""
    found = ((match.start("head"), _feature(match)) for match in _PHRASE.finditer(text))
    return [(position, name) for position, name in found if name]


def feature(before: str, after: str, *, near: int = 60) -> str:
    """The feature that a value between the two texts is about: the last one before it, else the first after it."""
    named = features(before)
    if named:
        return named[-1][1]
    following = [name for position, name in features(_PHRASE_END.split(after, maxsplit=1)[0]) if position <= near]
    return following[0] if following else ""


def part(before: str, after: str) -> str:
    """The part number nearest to a value: the last before it, else the first after it."""
    earlier = part_numbers(before)
    later = part_numbers(after)
    return earlier[-1] if earlier else later[0] if later else ""


def deliverable(text: str, *, last: bool) -> str:
    """The deliverable that `text` names last, or first; "lot 2" where it is numbered."""
    found = [
        (match.start(), _DELIVERABLE_NAMES[int((match.lastgroup or "d0")[1:])]) for match in _DELIVERABLE.finditer(text)
    ]
    found += [
        (match.start(), f"{numbered_word(match['word'])} {int(match['number'])}") for match in _NUMBERED.finditer(text)
    ]
    if not found:
        return ""
    name = (max(found) if last else min(found))[1]
    return f"{name} ready for inspection" if _READY.search(text) else name


def numbered_word(word: str) -> str:
    """The word of a numbered thing: "line" and "line item" are "item"."""
    lowered = word.lower()
    return "item" if lowered.startswith("line") else lowered


def is_whole(text: str) -> bool:
    """True when `text` describes the whole job's product: a weldment, an assembly."""
    return bool(_WHOLE.search(text))


def points(text: str) -> list[str]:
    """The kinds of point in an inspection plan that `text` speaks of."""
    return sorted({f"{match.lastgroup} point" for match in _PLACES.finditer(text)})


def _feature(match: re.Match[str]) -> str:
    words = re.findall(r"[a-z]+", match["modifiers"].lower())
    kept: list[str] = []
    for word in reversed(words):
        if word in _NO_MODIFIER:
            break
        kept.insert(0, word)
    head = match["head"].lower()
    return " ".join([*kept, head]) if kept or head not in _NO_FEATURE_ALONE else ""
