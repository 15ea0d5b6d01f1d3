"""When two facts say the same, or add to each other, and when they exclude each other."""

from __future__ import annotations

import re
from datetime import date

from buildplan.v1 import fact_pb2 as pb
from buildplan.v1.fact_pb2 import Fact
from services.facts.finishes import finish_class
from services.facts.grades import same_grade
from services.facts.packaging import packing_class
from services.facts.standards import refines
from services.facts.values import same_number

_SHIPPING = re.compile(r"\bship(?:s|ped|ping|ment)?\b", re.IGNORECASE)
_TRANSIT_DAYS = 5
_REFINED = frozenset({pb.TOPIC_PASSIVATION, pb.TOPIC_FINISH, pb.TOPIC_WELD_CODE})


def group_of(fact: Fact, subject: str) -> tuple[int, str, str]:
    """What can be compared: topic, the class within the topic whose members exclude each other, and subject."""
    if fact.topic == pb.TOPIC_FINISH:
        return fact.topic, finish_class(fact.value), subject
    if fact.topic == pb.TOPIC_PACKAGING:
        return fact.topic, packing_class(fact.value), subject
    return fact.topic, "", subject


def compatible(first: Fact, second: Fact) -> bool:
    """True when one thing can meet both claims."""
    if first.value == second.value:
        return True
    if first.topic == pb.TOPIC_MATERIAL_GRADE:
        return same_grade(first.value, second.value)
    if first.topic in _REFINED:
        return refines(first.value, second.value)
    if first.topic == pb.TOPIC_DUE_DATE:
        return _ships_before(first, second) or _ships_before(second, first)
    if first.HasField("number") and second.HasField("number"):
        return same_number(first.number, second.number, max(first.margin, second.margin))
    return False


def _ships_before(shipped: Fact, delivered: Fact) -> bool:
    """Shipping a few days before delivery is how delivery is met."""
    if shipped.value > delivered.value:
        return False
    days = (date.fromisoformat(delivered.value) - date.fromisoformat(shipped.value)).days
    if days > _TRANSIT_DAYS:
        return False
    return bool(_SHIPPING.search(shipped.citation.quote)) and not _SHIPPING.search(delivered.citation.quote)
