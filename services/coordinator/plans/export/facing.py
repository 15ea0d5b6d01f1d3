"""The parts of the document that stand around the sections: header, unread, gate, contradictions, sources."""

from __future__ import annotations

from collections.abc import Iterator

from buildplan.v1.agent_pb2 import Usage
from buildplan.v1.conflict_pb2 import ConflictSide, DocumentConflict
from buildplan.v1.document_pb2 import Authority, Document, DocumentKind
from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.quality_gate_pb2 import GateCategory
from services.contract.usage import money, tokens
from services.coordinator.plans.export.blocks import Block, Fields, Heading, Item, Span, Table, plain, strong
from services.coordinator.plans.export.lines import LineWriter
from services.coordinator.plans.synthesis.ties import about

SOURCE_HEADER = ("File", "Kind", "Authority", "Precedence", "Number", "Revision", "Date", "Pages")
_ENGINES = {
    "offline": "fixed rules over the text of the papers; no language model, nothing leaves this system",
    "openai": "a language model; code checked every citation against its page",
}


def header(plan: Plan) -> Iterator[Block]:
    """What plan this is, of when, and what wrote it."""
    metadata = plan.metadata
    yield Heading(f"Strategic Build Plan: {metadata.project_name}", 1)
    rows = [("Customer", metadata.customer), ("Family", metadata.family), ("Notes", metadata.notes)]
    rows += [("Revision", _revision(plan)), ("Date", plan.create_time.ToDatetime().date().isoformat())]
    rows += [("Engine", _engine(plan.engine)), ("Citations", _counts(plan)), ("Verdict", verdict(plan))]
    rows += [("Model use", _usage(plan.usage))]
    yield Fields([(label, value) for label, value in rows if value])


def unread(plan: Plan) -> Iterator[Block]:
    """What the plan could not take into account."""
    for each in plan.unread:
        yield Item([Span(f"{each.file_name}: {each.reason}")])
    if not plan.unread:
        yield plain("Everything that was uploaded was read.")


def gate(plan: Plan) -> Iterator[Block]:
    """Score, blockers, and each category with its reasons and fixes."""
    yield plain(f"{verdict(plan)}.")
    for blocker in plan.quality_gate.blockers:
        said = f"{blocker.message} {blocker.fix} ({blocker.suggested_owner})"
        yield Item(strong(f"Blocker {blocker.code}:", said))
    categories = plan.quality_gate.categories
    yield Table(
        ("Category", "Weight", "Score"), [(each.title, str(each.weight), f"{each.score} of 4") for each in categories]
    )
    for category in categories:
        yield _category(category)


def contradictions(plan: Plan, writer: LineWriter) -> Iterator[Block]:
    """Each conflict with all sides; for a tie the question and the assumption."""
    for conflict in plan.document_conflicts:
        subject = about(conflict)
        sides = [_side(side, writer) for side in conflict.sides]
        yield Item(strong(f"{subject[:1].upper()}{subject[1:]}:", standing(conflict)), sides)
    if not plan.document_conflicts:
        yield plain("None found.")


def sources(plan: Plan) -> Iterator[Block]:
    """The papers with their authority."""
    yield Table(SOURCE_HEADER, [source_row(source) for source in plan.sources])


def _revision(plan: Plan) -> str:
    return f"{plan.revision} ({plan.reason})" if plan.revision else plan.reason


def _engine(engine: str) -> str:
    meanings = [meaning for name, meaning in _ENGINES.items() if name in engine]
    return ": ".join(filter(None, (engine, "; ".join(meanings))))


def _counts(plan: Plan) -> str:
    return f"{plan.citations_checked} checked, {plan.citations_unverified} not found on their page"


def _usage(usage: Usage) -> str:
    """As "12,340 tokens sent (9,000 of them cached) and 1,200 received, $0.04"; empty for an engine that uses none."""
    if not tokens(usage):
        return ""
    cached = f" ({usage.cached_input_tokens:,} of them cached)" if usage.cached_input_tokens else ""
    sent = f"{usage.input_tokens:,} tokens sent{cached} and {usage.output_tokens:,} received"
    return ", ".join(filter(None, (sent, money(usage))))


def verdict(plan: Plan) -> str:
    """As "BLOCKED: 71 of 100, 85 needed, 2 blockers"."""
    gate = plan.quality_gate
    count = len(gate.blockers)
    blockers = f", {count} blocker{'' if count == 1 else 's'}" if count else ""
    return f"{'BLOCKED' if gate.blocked else 'PASSED'}: {gate.score:g} of 100, {gate.threshold} needed{blockers}"


def _category(category: GateCategory) -> Item:
    head = strong(category.title, f"({category.score} of 4; {category.suggested_owner})")
    return Item(head, [[Span(text)] for text in (*category.reasons, *(f"To do: {fix}" for fix in category.fixes))])


def standing(conflict: DocumentConflict) -> str:
    """Which side is valid and why, or what is asked and assumed until somebody decides."""
    if conflict.state == DocumentConflict.STATE_TIE:
        assumed = conflict.working_assumption or "nothing may be assumed"
        return f"undecided, the papers have equal precedence. Question: {conflict.question} Until answered: {assumed}"
    if conflict.state == DocumentConflict.STATE_RESOLVED_BY_USER:
        return f"{conflict.winning_value}, chosen by a user. {conflict.resolution_note}"
    return f"{conflict.winning_value}, by precedence."


def _side(side: ConflictSide, writer: LineWriter) -> list[Span]:
    """A claim with its page; the reader cut the quote from that page."""
    places = [writer.cited(fact.citation) for fact in (side.fact, *side.also)]
    claim = f'{side.fact.value}: "{side.fact.citation.quote}"'
    return [Span(claim), *places, Span(f"(precedence {side.precedence})")]


def source_row(source: Document) -> list[str]:
    """A paper's cells under SOURCE_HEADER."""
    kind = _name(DocumentKind.Name(source.kind), "DOCUMENT_KIND_")
    authority = _name(Authority.Name(source.authority), "AUTHORITY_")
    texts = (source.file_name, kind, authority, str(source.precedence), source.number, source.revision)
    return [*texts, source.issue_date, str(source.page_count)]


def _name(value: str, prefix: str) -> str:
    return value.removeprefix(prefix).replace("_", " ").lower()
