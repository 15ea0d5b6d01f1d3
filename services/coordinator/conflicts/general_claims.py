"""A general claim of material covers every part that no paper of its rank says otherwise about."""

from __future__ import annotations

import re
from collections.abc import Mapping

from buildplan.v1 import fact_pb2 as pb
from buildplan.v1.fact_pb2 import Fact

Groups = dict[tuple[int, str, str], list[Fact]]
# Bought and soft parts are of another material than the product as a matter of course.
_OF_ANOTHER_MATERIAL = re.compile(
    r"\b(?:filler|foot|bolt|nut|screw|washer|stud|weldstud|gasket|seal|o-ring|bearing|spring|insert|bushing|"
    r"pin|fastener|name plate|"
    r"rivet|clip|hinge|handle|strap|reducer|coupling|pulley|shaft)\b"
)


def with_general_claims(groups: Groups, precedence: Mapping[str, int]) -> Groups:
    """`groups` where a part's material, claimed only by lesser papers, also meets the general claim of better ones.

    A note of the same rank that names a part is a stricter special claim and no conflict.
    """
    general = groups.get((pb.TOPIC_MATERIAL_GRADE, "", ""), [])
    best_general = min((precedence[fact.citation.document] for fact in general), default=None)
    if best_general is None:
        return groups
    widened = dict(groups)
    for key, facts in groups.items():
        topic, _, subject = key
        if topic != pb.TOPIC_MATERIAL_GRADE or not subject or not facts or _OF_ANOTHER_MATERIAL.search(subject):
            continue
        if min(precedence[fact.citation.document] for fact in facts) > best_general:
            specific = {fact.citation.document for fact in facts}
            widened[key] = [*facts, *(fact for fact in general if fact.citation.document not in specific)]
    return widened
