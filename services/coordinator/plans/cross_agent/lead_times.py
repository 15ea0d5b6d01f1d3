"""What purchasing can have against when scheduling needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from buildplan.v1.plan_pb2 import CrossAgentConflict, LongLeadItem, Milestone, Sections
from services.coordinator.plans.cross_agent.conflict import conflict
from services.coordinator.plans.synthesis.composing import sentence
from services.coordinator.plans.synthesis.keys import final_delivery
from services.coordinator.plans.wording import fingerprint, significant_words

_SECTIONS = ("purchasing", "release_plan")


def lead_time_conflicts(sections: Sections, as_of: date) -> Iterator[CrossAgentConflict]:
    """Long-lead items that arrive after the final delivery, or after a stated date that names them.

    A date that has passed is late for itself, whatever is bought for it.
    """
    milestones = sections.release_plan.milestones
    stated = [each for each in milestones if not each.computed and (_date(each.due) or date.min) >= as_of]
    delivery = final_delivery(stated)
    naming = _index(stated)
    for items in _by_name(sections.purchasing.long_lead_items):
        slowest = max(items, key=lambda item: item.lead_time_days)
        needed = _naming(slowest, naming) or ([delivery] if delivery else [])
        yield from _too_late(slowest, items, needed, as_of + timedelta(days=min(slowest.lead_time_days, 36_500)))


def _by_name(items: Iterable[LongLeadItem]) -> Iterable[list[LongLeadItem]]:
    """The lines with a lead time; what several papers say of one thing stands together."""
    groups: dict[str, list[LongLeadItem]] = defaultdict(list)
    for item in items:
        if item.lead_time_days > 0:
            groups[fingerprint(item.item or item.statement.text)].append(item)
    return groups.values()


def _too_late(
    slowest: LongLeadItem, items: Sequence[LongLeadItem], milestones: Iterable[Milestone], arrival: date
) -> Iterator[CrossAgentConflict]:
    """At most one conflict: with the earliest date that the item misses."""
    missed = [each for each in milestones if (_date(each.due) or arrival) < arrival]
    if missed:
        first = min(missed, key=lambda each: each.due)
        name = sentence(slowest.item or slowest.statement.text, 80)
        text = (
            f"{name} takes {slowest.lead_time_days} calendar days and arrives on {arrival} if it is ordered at once; "
            f"{sentence(first.name or first.statement.text, 80)} is due {first.due}."
        )
        yield conflict(text, _SECTIONS, [first.statement, *(item.statement for item in items)])


def _index(milestones: Iterable[Milestone]) -> dict[str, list[Milestone]]:
    """Word to the milestones whose name has it."""
    index: dict[str, list[Milestone]] = defaultdict(list)
    for milestone in milestones:
        for word in significant_words(milestone.name):
            index[word].append(milestone)
    return index


def _naming(item: LongLeadItem, index: dict[str, list[Milestone]]) -> list[Milestone]:
    """The milestones whose names hold every word of the item's."""
    words = significant_words(item.item)
    rarest = min((index.get(word, []) for word in words), key=len, default=[])
    return [each for each in rarest if words <= significant_words(each.name)]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
