"""Kinds of packaging, and which of them exclude each other."""

from __future__ import annotations

import re

from services.facts.values import Value, without_overlaps

_BANNED = r"(?:is|are) (?:prohibited|forbidden|banned)"
_PACKING = {
    "wood prohibited": r"\b(?:no|without) (?:solid )?wood(?:en)?\b[\w ]{0,20}(?:packag|crat|pallet|box)\w*"
    r"|\bwood-free\b|"
    rf"\bwood(?:en)? \w+ {_BANNED}",
    "wooden crate": r"\b(?:wood(?:en)?|plywood|timber) (?:crate|box|case|pallet)s?\b",
    "returnable container": r"(?<!non-)\breturnable (?:container|rack|tote|crate|packaging|dunnage)s?\b",
    "expendable packaging": r"\b(?:expendable|one-way|single-use|non-?returnable|disposable) "
    r"(?:container|rack|crate|packag|dunnage)\w*",
    "steel rack": r"\bsteel racks?\b",
    "no VCI": rf"\b(?:no|without) VCI\b|\bVCI [\w ]{{0,16}}{_BANNED}",
    "VCI": r"\bVCI\b",
    "no desiccant": rf"\b(?:no|without) desiccants?\b|\bdesiccants? {_BANNED}",
    "desiccant": r"\bdesiccants?\b",
    "no ESD packaging": r"\b(?:no|without) (?:ESD|anti-?static)\b[\w -]{0,20}",
    "ESD packaging": r"\b(?:ESD|anti-?static|static[- ](?:shielding|dissipative))[\w -]{0,20}"
    r"(?:packag|bag|box|container|tray)\w*",
    "ASTM D3951": r"\bASTM\s*D\s?3951\b",
    "MIL-STD-2073": r"\bMIL-STD-2073(?:-1)?\b",
    "ISPM 15": r"\bISPM[\s-]*(?:No\.?\s*)?15\b",
    "bulk packed": r"\bbulk[- ]pack\w*|\bpack(?:ed|aged)? (?:in bulk|loose)\b",
    "individually packed": r"\bindividual(?:ly)? (?:wrapp|bagg|packag|box|pack)(?:ed|ing)\b"
    r"|\b(?:one|1) (?:part|piece|frame|unit) per (?:bag|box|crate|container)\b",
}
_CLASSES = {
    "wood prohibited": "wood",
    "wooden crate": "wood",
    "returnable container": "return",
    "expendable packaging": "return",
    "no VCI": "VCI",
    "no desiccant": "desiccant",
    "no ESD packaging": "ESD packaging",
    "bulk packed": "unit",
    "individually packed": "unit",
    "ASTM D3951": "preservation standard",
    "MIL-STD-2073": "preservation standard",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _PACKING.items()}


def find_packaging(text: str) -> list[Value]:
    """Kinds of packaging that are named; a kind that is denied is a kind of its own."""
    found = ((name, pattern.search(text)) for name, pattern in _PATTERNS.items())
    return without_overlaps(Value(match.start(), match.end(), name) for name, match in found if match)


def packing_class(value: str) -> str:
    """Kinds of one class exclude each other, those of different classes add to each other."""
    return _CLASSES.get(value, value)
