"""Facts of different papers that exclude each other: DESIGN section 5, "document conflict"."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Sequence
from dataclasses import dataclass

from buildplan.v1 import document_pb2 as kinds
from buildplan.v1 import fact_pb2 as pb
from buildplan.v1.conflict_pb2 import ConflictSide, DocumentConflict
from buildplan.v1.document_pb2 import Document
from buildplan.v1.fact_pb2 import Fact
from services.contract.names import conflict_name, parse_session
from services.coordinator.conflicts.assumptions import working_assumption
from services.coordinator.conflicts.comparison import compatible, group_of
from services.coordinator.conflicts.general_claims import with_general_claims
from services.coordinator.conflicts.identity import Identity, identity_of
from services.coordinator.conflicts.wording import question
from services.coordinator.precedence import precedence_of
from services.facts.papers import speaks_for_job
from services.runtime.errors import InvalidArgument


@dataclass(frozen=True)
class _Cluster:
    """Facts of different documents that say the same; the first speaks for them."""

    facts: list[Fact]


def find_conflicts(
    session: str,
    documents: Sequence[Document],
    facts: Sequence[Fact],
    earlier: Sequence[DocumentConflict] = (),
) -> list[DocumentConflict]:
    """All conflicts between the documents, ties first, then by topic and subject.

    A user's resolution among `earlier` is kept while the conflict's sides are the same. A document that itself
    gives two values for one thing is no side: what it means is not ours to choose.
    """
    by_name = {document.name: document for document in documents}
    order = {document.name: position for position, document in enumerate(documents)}
    resolved = {old.name: old for old in earlier if old.state == DocumentConflict.STATE_RESOLVED_BY_USER}
    found = []
    for (topic, _, subject), claims in _groups(documents, facts).items():
        ranked = sorted(
            claims, key=lambda fact: (precedence_of(by_name[fact.citation.document]), order[fact.citation.document])
        )
        clusters = _clusters(ranked)
        if len(clusters) > 1:
            conflict = _conflict(session, topic, subject, clusters, by_name)
            found.append(_kept(conflict, resolved.get(conflict.name)))
    return sorted(found, key=_place)


def _place(conflict: DocumentConflict) -> tuple[bool, int, str, str]:
    """Ties first, then by topic and subject: the same for the same papers in any session."""
    return conflict.state != DocumentConflict.STATE_TIE, conflict.topic, conflict.subject, conflict.name


def resolve(conflict: DocumentConflict, value: str, note: str) -> DocumentConflict:
    """A copy of `conflict` resolved by the user to `value`; raises InvalidArgument when no side claims it."""
    values = [side.fact.value for side in conflict.sides]
    if value not in values:
        raise InvalidArgument(
            "value", f'"{value[:80]}" is none of the sides\' values; choose one of: {", ".join(values)}'
        )
    chosen = DocumentConflict()
    chosen.CopyFrom(conflict)
    chosen.state = DocumentConflict.STATE_RESOLVED_BY_USER
    chosen.winning_value = value
    chosen.resolution_note = note
    chosen.working_assumption = chosen.question = ""
    return chosen


def _groups(documents: Sequence[Document], facts: Sequence[Fact]) -> dict[tuple[int, str, str], list[Fact]]:
    speaking = {document.name: document for document in documents if speaks_for_job(document)}
    known = {document.name for document in documents}
    identity = identity_of(documents)
    groups: dict[tuple[int, str, str], list[Fact]] = {}
    for fact in facts:
        source = fact.citation.document
        if source in speaking or (source in known and fact.topic == pb.TOPIC_REVISION):
            key = group_of(fact, _subject(fact, identity))
            groups.setdefault(key, []).append(fact)
    drawings = {document.name for document in documents if document.kind == kinds.DOCUMENT_KIND_DRAWING}
    settled = {key: _unanimous(claims, drawings) for key, claims in groups.items() if _disputable(claims)}
    return with_general_claims(settled, {document.name: precedence_of(document) for document in documents})


def _disputable(claims: Sequence[Fact]) -> bool:
    """False where all say the same. Materials stay: a part's may differ from the general one."""
    return claims[0].topic == pb.TOPIC_MATERIAL_GRADE or len({fact.value for fact in claims}) > 1


def _subject(fact: Fact, identity: Identity) -> str:
    return fact.subject if fact.topic == pb.TOPIC_REVISION else identity.subject(fact.citation.document, fact.subject)


def _unanimous(facts: Sequence[Fact], drawings: Container[str]) -> list[Fact]:
    """One fact of each document that gives one value; documents that give several are left out.

    Drawings count as one source: a feature of the same name on two of them is two features. Revisions are each
    document's own.
    """
    by_source: dict[str, dict[str, Fact]] = {}
    ambiguous = set()
    for fact in facts:
        document = fact.citation.document
        source = "drawings" if document in drawings and fact.topic != pb.TOPIC_REVISION else document
        said = by_source.setdefault(source, {})
        if any(not compatible(fact, other) for other in said.values()):
            ambiguous.add(source)
        said.setdefault(document, fact)
    return [fact for source, said in by_source.items() if source not in ambiguous for fact in said.values()]


def _clusters(ranked: Sequence[Fact]) -> list[_Cluster]:
    """Facts that say the same together, the best precedence first; a value that agrees with several belongs to none."""
    by_value: dict[str, list[Fact]] = {}
    for fact in ranked:
        by_value.setdefault(fact.value, []).append(fact)
    clusters: list[_Cluster] = []
    for facts in sorted(by_value.values(), key=_exactness):
        agreeing = [cluster for cluster in clusters if compatible(cluster.facts[0], facts[0])]
        if not agreeing:
            clusters.append(_Cluster(facts))
        elif len(agreeing) == 1:
            agreeing[0].facts.extend(facts)
    position = {fact.id: number for number, fact in enumerate(ranked)}
    for cluster in clusters:
        cluster.facts.sort(key=lambda fact: position[fact.id])
    return sorted(clusters, key=lambda cluster: position[cluster.facts[0].id])


def _exactness(facts: Sequence[Fact]) -> int:
    """The most exact passivation first, so that a less exact one finds all that it agrees with."""
    return -len(facts[0].value.split()) if facts[0].topic == pb.TOPIC_PASSIVATION else 0


def _conflict(
    session: str, topic: int, subject: str, clusters: Sequence[_Cluster], by_name: dict[str, Document]
) -> DocumentConflict:
    sides = [
        ConflictSide(
            fact=cluster.facts[0],
            precedence=precedence_of(by_name[cluster.facts[0].citation.document]),
            also=cluster.facts[1:],
        )
        for cluster in clusters
    ]
    conflict = DocumentConflict(
        name=_name(session, topic, subject, sides), topic=pb.Topic.ValueType(topic), subject=subject, sides=sides
    )
    best = [side for side in sides if side.precedence == sides[0].precedence]
    if len(best) == 1:
        conflict.state = DocumentConflict.STATE_RESOLVED_BY_PRECEDENCE
        conflict.winning_value = best[0].fact.value
    else:
        conflict.state = DocumentConflict.STATE_TIE
        conflict.working_assumption = working_assumption(conflict.topic, best, by_name)
        conflict.question = question(conflict, by_name)
    return conflict


def _name(session: str, topic: int, subject: str, sides: Sequence[ConflictSide]) -> str:
    """Stable while topic, subject and sides are: which documents claim which values."""
    claims = sorted(f"{fact.citation.document}={fact.value}" for side in sides for fact in (side.fact, *side.also))
    digest = hashlib.sha256(
        "\0".join([pb.Topic.Name(pb.Topic.ValueType(topic)), subject, *claims]).encode()
    ).hexdigest()
    return conflict_name(parse_session(session), f"c-{digest[:16]}")


def _kept(conflict: DocumentConflict, resolved: DocumentConflict | None) -> DocumentConflict:
    if resolved is None or resolved.winning_value not in {side.fact.value for side in conflict.sides}:
        return conflict
    return resolve(conflict, resolved.winning_value, resolved.resolution_note)
