"""Schedule arithmetic: order-by dates backward from a due date through process times and lead times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from buildplan.v1.fact_pb2 import TOPIC_LEAD_TIME, Fact
from buildplan.v1.plan_pb2 import Milestone
from buildplan.v1.statement_pb2 import Citation
from services.sca.calendar import Calendar
from services.specialist.offline.items import item_key
from services.specialist.offline.reading import Reading, inferred

_NO_DELIVERY = re.compile(
    r"kick-?off|procedure|inspection plan|drawing|schedule|report|approval|submitted|meeting|ready for|documentation"
    r"|samples?\b|tooling|quotation|invoice|ppap",
    re.IGNORECASE,
)
_STOCK = re.compile(
    r"\b(?:plate|tube|tubing|pipe|sheet|bar|rod|rail|beam|channel|angle|flange|lug|pad|leg|material|stock|forging|casting)s?\b"
    r"|\b(?:304|316)l?\b",
    re.IGNORECASE,
)
_PROCESS = re.compile(
    r"\b(?:allow|takes?|turn-?around|round trip|cur(?:e|ing) time"
    r"|process(?:ing)? time)\b[^.]{0,60}?\b(?P<n>\d{1,3}) (?:working|business) days?\b"
    r"|\ballow (?P<m>\d{1,3}) (?:working|business) days?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Supply:
    """An item that is bought: its lead time in calendar days and the facts that say so, the longest first."""

    item: str
    lead_days: int
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Delivery:
    """A delivery that the items are needed for."""

    name: str
    due: date
    citation: Citation


@dataclass(frozen=True)
class Process:
    """Stated times of work between receipt and delivery, in working days."""

    working_days: int
    citations: tuple[Citation, ...]


def order_by(due: date, lead_days: int, process_working_days: int, calendar: Calendar) -> date:
    """The last working day on which an order still meets `due`."""
    needed = calendar.back(due, process_working_days)
    return calendar.at_or_before(needed - timedelta(days=lead_days))


def supplies(reading: Reading) -> list[Supply]:
    """Items with a lead time; of several claims on one item that stand, the longest counts."""
    claims: dict[frozenset[str], list[Fact]] = {}
    for fact in reading.facts(TOPIC_LEAD_TIME):
        if fact.HasField("number") and fact.number > 0:
            claims.setdefault(item_key(fact.subject), []).append(fact)
    items = []
    for facts in claims.values():
        ranked = sorted(facts, key=lambda fact: -fact.number)
        items.append(Supply(facts[0].subject, round(ranked[0].number), tuple(fact.citation for fact in ranked[:3])))
    return items


def deliveries(reading: Reading) -> list[Delivery]:
    """Deliveries of goods by date: the first is what the first order must serve."""
    found: dict[date, Delivery] = {}
    for fact in reading.due_dates():
        if _NO_DELIVERY.search(fact.subject) or not fact.value:
            continue
        due = date.fromisoformat(fact.value)
        found.setdefault(due, Delivery(fact.subject or "delivery", due, fact.citation))
    return [found[due] for due in sorted(found)]


def process(reading: Reading) -> Process:
    """Times that the papers set aside for outside processes; they follow the making of parts from stock."""
    days, citations = 0, []
    for finding in reading.findings:
        if match := _PROCESS.search(finding.text):
            days += int(match["n"] or match["m"])
            citations.append(finding.citations[0])
    return Process(days, tuple(citations))


def computed(supply: Supply, delivery: Delivery, taken: Process, calendar: Calendar, as_of: date) -> Milestone:
    """The order-by milestone of one item for one delivery, with its slack; says so when it cannot be met.

    Process times count for stock that parts are made from; a bought component is not processed.
    """
    taken = taken if _STOCK.search(supply.item) else Process(0, ())
    last = order_by(delivery.due, supply.lead_days, taken.working_days, calendar)
    slack = calendar.between(as_of, last)
    late = last < as_of
    name = f"order {supply.item or 'bought items'}"
    return Milestone(
        statement=inferred(_sentence(supply, delivery, taken, last, slack), _support(supply, delivery, taken), 0.85),
        name=name,
        due=last.isoformat(),
        slack_days=slack,
        computed=True,
        impossible=late,
    )


def _sentence(supply: Supply, delivery: Delivery, taken: Process, last: date, slack: int) -> str:
    item = supply.item or "bought items"
    through = f"lead time {supply.lead_days} calendar days"
    if taken.working_days:
        through += f" and {taken.working_days} working days of stated process time"
    goal = f"{delivery.name} due {delivery.due.isoformat()}"
    if slack < 0:
        return (
            f"impossible: {item} had to be ordered by {last.isoformat()} for {goal} ({through}); "
            f"that is {-slack} working days ago"
        )
    return f"order {item} by {last.isoformat()} for {goal} ({through}); slack {slack} working days"


def _support(supply: Supply, delivery: Delivery, taken: Process) -> list[Citation]:
    return [delivery.citation, *supply.citations, *taken.citations]
