"""The keys to the project: the one to five lines that the kick-off meeting must not miss."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.fact_pb2 import Fact, Topic
from buildplan.v1.plan_pb2 import EngineeringInstructions, HoldPoint, Milestone, Purchasing, Sections
from buildplan.v1.statement_pb2 import Statement
from services.coordinator.plans.citation_check import CitationCheck
from services.coordinator.plans.synthesis.composing import conclude, ended, sentence, subject, with_citations
from services.coordinator.plans.synthesis.ties import about, claimed, side_citations, ties
from services.coordinator.plans.wording import significant_words

_NAMED = 3
_DELIVERY = re.compile(r"deliver|ship|dock|due date|required date", re.IGNORECASE)
_NO_END = re.compile(
    r"\b(?:meeting|kick-?off|call|conference|approved|drawn|issued|quoted|revised|signed)\b", re.IGNORECASE
)
COUNT = re.compile(
    r"\bq(?:ty|uantity)\b\W{0,6}\d|\b\d[\d,]{0,9} ?(?:ea|each|pcs|pieces|units|sets?|off)\b|\(\d{1,4}\)"
    r"|\|\s*\d[\d,]{0,9}\s*(?:\||\Z)"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)\b|\A\W*\d{1,6}\b",
    re.IGNORECASE,
)
_URGENT = (Topic.TOPIC_DUE_DATE, Topic.TOPIC_QUANTITY, Topic.TOPIC_MATERIAL_GRADE)


def keys_to_project(
    sections: Sections, conflicts: Sequence[DocumentConflict], facts: Sequence[Fact], check: CitationCheck
) -> list[Statement]:
    """The lines, the most important first: delivery, ties, schedule, hold points, special processes."""
    lines = (
        _delivery(sections, conflicts, facts, check),
        _disputed(ties(conflicts)),
        _schedule(sections),
        _stops(list(sections.quality_plan.hold_points)),
        _special(sections.engineering_instructions),
    )
    return [line for line in lines if line is not None]


def final_delivery(milestones: Iterable[Milestone]) -> Milestone | None:
    """The stated date that the job ends with: the last delivery, else the last date, one to come before one over."""
    dated = [milestone for milestone in milestones if milestone.due and not milestone.computed]
    deliveries = [each for each in dated if _DELIVERY.search(f"{each.name} {each.statement.text}")]
    events = [each for each in dated if not _NO_END.search(each.name or each.statement.text)]
    to_come = [each for each in events if not each.impossible]
    return max(deliveries or to_come or events, key=lambda milestone: milestone.due, default=None)


def _delivery(
    sections: Sections, conflicts: Sequence[DocumentConflict], facts: Sequence[Fact], check: CitationCheck
) -> Statement | None:
    disputed = {conflict.topic for conflict in ties(conflicts)}
    parts: list[str] = []
    sources: list[Statement] = []
    if due := final_delivery(sections.release_plan.milestones):
        doubt = "; the date is in dispute" if Topic.TOPIC_DUE_DATE in disputed else ""
        parts.append(f"due {due.due} ({sentence(due.name or due.statement.text, 60)}{doubt})")
        sources.append(due.statement)
    if Topic.TOPIC_QUANTITY in disputed:
        parts.append("quantity in dispute")
    elif quantity := _quantity(sections.purchasing, due, _valid(conflicts, facts), check):
        parts.append(sentence(quantity.text, 80))
        sources.append(quantity)
    return conclude(ended(f"Deliver: {'; '.join(parts)}"), sources) if sources else None


def _quantity(
    purchasing: Purchasing, due: Milestone | None, facts: Sequence[Fact], check: CitationCheck
) -> Statement | None:
    """The quantity of the job, or of what is delivered; without such a fact, as purchasing words its surest line."""
    delivered = significant_words(f"{due.name} {due.statement.text}") if due else frozenset()
    found = [fact for fact in facts if not fact.subject] or [
        fact for fact in facts if significant_words(fact.subject) <= delivered
    ]
    if found and len({fact.value for fact in found}) == 1:
        subject = f" ({found[0].subject})" if found[0].subject else ""
        statement = with_citations(f"quantity {found[0].value}{subject}", [found[0].citation])
        check.check(statement)
        if statement.verified:
            return statement
    counted = [line for line in purchasing.quantities if COUNT.search(line.text)]
    return _surest(counted, 1)[0] if counted else None


def _valid(conflicts: Sequence[DocumentConflict], facts: Sequence[Fact]) -> list[Fact]:
    """The quantities that no conflict has overruled."""
    settled = {each.subject: each.winning_value for each in conflicts if each.topic == Topic.TOPIC_QUANTITY}
    quantities = (fact for fact in facts if fact.topic == Topic.TOPIC_QUANTITY)
    return [fact for fact in quantities if settled.get(fact.subject, fact.value) == fact.value]


def _disputed(open_ties: list[DocumentConflict]) -> Statement | None:
    if not open_ties:
        return None
    first = min(open_ties, key=lambda each: _URGENT.index(each.topic) if each.topic in _URGENT else len(_URGENT))
    more = f" And {len(open_ties) - 1} more of this kind." if len(open_ties) > 1 else ""
    assumed = f" Assumed until answered: {sentence(first.working_assumption)}." if first.working_assumption else ""
    text = f"The papers contradict each other on {about(first)}: {claimed(first)}.{assumed}{more}"
    return with_citations(text, side_citations(first))


def _schedule(sections: Sections) -> Statement | None:
    """Dates that cannot be met; where there are none, the item with the longest lead time."""
    impossible = [milestone for milestone in sections.release_plan.milestones if milestone.impossible]
    if impossible:
        dates: dict[str, list[str]] = {}
        for each in impossible:
            dates.setdefault(sentence(each.name or each.statement.text, 60), []).append(each.due)
        named = "; ".join(f"{name} ({' and '.join(due)})" for name, due in list(dates.items())[:_NAMED])
        sources = (each.statement for each in impossible)
        return conclude(f"Cannot be met as dated: {named}{_rest(list(dates))}.", sources)
    item = max(sections.purchasing.long_lead_items, key=lambda each: each.lead_time_days, default=None)
    if item is None or not item.lead_time_days:
        return None
    name = sentence(item.item or item.statement.text, 60)
    return conclude(f"Order first: {name}, lead time {item.lead_time_days} calendar days.", [item.statement])


def _stops(points: Sequence[HoldPoint]) -> Statement | None:
    holds = [point.statement for point in points if point.kind != HoldPoint.KIND_WITNESS]
    statements = holds or [point.statement for point in points]
    if not statements:
        return None
    lead = "Work stops at" if holds else "The customer may witness"
    named = _surest(statements, _NAMED)
    return conclude(ended(f"{lead}: {_listing(named)}{_rest(statements)}"), named)


def _special(engineering: EngineeringInstructions) -> Statement | None:
    named = _surest(engineering.exceptional_steps, _NAMED)
    if not named:
        return None
    return conclude(ended(f"Special processes: {_listing(named)}{_rest(engineering.exceptional_steps)}"), named)


def _surest(statements: Iterable[Statement], count: int) -> list[Statement]:
    """Verified lines before others, then the higher confidence; the plan's order decides between equals."""
    return sorted(statements, key=lambda each: (not each.verified, -each.confidence))[:count]


def _listing(statements: Sequence[Statement]) -> str:
    return "; ".join(sentence(subject(each.text), 90) for each in statements)


def _rest(everything: Sequence[object]) -> str:
    return f"; and {len(everything) - _NAMED} more" if len(everything) > _NAMED else ""
