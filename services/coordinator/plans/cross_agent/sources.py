"""Suppliers and countries that purchasing's papers forbid against where other lines want to buy or work."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from buildplan.v1.plan_pb2 import CrossAgentConflict, Sections
from buildplan.v1.statement_pb2 import Statement
from services.contract.statements import Line, lines
from services.coordinator.plans.cross_agent.conflict import conflict
from services.coordinator.plans.synthesis.composing import sentence

_FORBIDS = re.compile(
    r"(?:shall|must|may|do|is|are) not (?:be )?(?:use|used|buy|bought|purchase|purchased|order|ordered|source|sourced|"
    r"procure|procured|melt|melted|made|manufactured)\b|\bno (?:material|product|part|steel)s?\b|\bprohibited\b|"
    r"\bforbidden\b|\bnot approved\b|\bdisqualified\b|\bexcluded\b",
    re.IGNORECASE,
)
_NAME = r"[A-Z][\w&-]*(?:\.[\w&-]+)*"
_NAMED_AFTER = re.compile(rf"\b(?:from|in|supplier|source|vendor|mill)\s+({_NAME}(?:\s+{_NAME})*)")
_CONDITIONAL = re.compile(r"\b(?:without|unless|except|until)\b", re.IGNORECASE)
_NO_SOURCE = re.compile(
    r"\d|\A(?:Section|Table|Figure|Appendix|Annex|Paragraph|Clause|Class|Type|Grade|Buyer|Seller|Supplier|Customer|"
    r"Contractor|Contract|Purchase|Order|Agreement|Product|The|This|Any|All|No)\b"
)
_NAMED_BEFORE = re.compile(rf"\A({_NAME}(?:\s+{_NAME})+)\s+(?:is|are)\b")


def source_conflicts(sections: Sections) -> Iterator[CrossAgentConflict]:
    """Lines that name a supplier or country which purchasing's restrictions forbid."""
    purchasing = sections.purchasing
    rules = [*purchasing.approved_suppliers, *purchasing.restrictions]
    forbidden = {name.lower(): rule for rule in rules for name in forbidden_names(rule.text)}
    if not forbidden:
        return
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, forbidden))})\b", re.IGNORECASE)
    used: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for line in _others(sections, rules):
        if found := pattern.search(line.statement.text):
            used[found[0].lower(), line.path.partition(".")[0]].append(line.statement)
    for (name, section), statements in used.items():
        rule = forbidden[name]
        text = f'"{sentence(rule.text)}" forbids what "{sentence(statements[0].text)}" asks for.'
        yield conflict(text, ("purchasing", section), [rule, *statements])


def forbidden_names(text: str) -> list[str]:
    """Proper names of a sentence that forbids something; empty where it forbids nothing."""
    if not _FORBIDS.search(text) or _CONDITIONAL.search(text):
        return []
    names = [*_NAMED_AFTER.findall(text), *_NAMED_BEFORE.findall(text)]
    return [name for name in names if not _NO_SOURCE.search(name)]


def _others(sections: Sections, rules: Sequence[Statement]) -> Iterator[Line]:
    """Lines that say where to buy or work; a line that forbids or cites a rule's own sentence is none."""
    quotes = {citation.quote for rule in rules for citation in rule.citations}
    for line in lines(sections):
        own = line.path in ("purchasing.approved_suppliers", "purchasing.restrictions")
        repeats = any(citation.quote in quotes for citation in line.statement.citations)
        if not own and not repeats and not _FORBIDS.search(line.statement.text):
            yield line
