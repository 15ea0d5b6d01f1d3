"""The parts of the document that stand around the sections: header, unread, gate, contradictions, sources."""

from __future__ import annotations

from collections.abc import Iterator

from buildplan.v1.agent_pb2 import Usage
from buildplan.v1.conflict_pb2 import ConflictSide, DocumentConflict
from buildplan.v1.document_pb2 import Authority, Document, DocumentKind
from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.quality_gate_pb2 import GateCategory
from services.contract.usage import money, tokens
from services.coordinator.plans.export.escape import escape
from services.coordinator.plans.export.lines import LineWriter, table
from services.coordinator.plans.synthesis.ties import about

_ENGINES = {
    "offline": "fixed rules over the text of the papers; no language model, nothing leaves this system",
    "openai": "a language model; code checked every citation against its page",
}


def header(plan: Plan) -> Iterator[str]:
    """What plan this is, of when, and what wrote it."""
    metadata = plan.metadata
    yield f"# Strategic Build Plan: {escape(metadata.project_name)}\n"
    rows = [("Customer", metadata.customer), ("Family", metadata.family), ("Notes", metadata.notes)]
    rows += [("Revision", _revision(plan)), ("Date", plan.create_time.ToDatetime().date().isoformat())]
    rows += [("Engine", _engine(plan.engine)), ("Citations", _counts(plan)), ("Verdict", _verdict(plan))]
    rows += [("Model use", _usage(plan.usage))]
    for label, value in rows:
        if value:
            yield f"- **{label}:** {escape(value)}"


def unread(plan: Plan) -> Iterator[str]:
    """What the plan could not take into account."""
    for each in plan.unread:
        yield f"- {escape(each.file_name)}: {escape(each.reason)}"
    if not plan.unread:
        yield "Everything that was uploaded was read."


def gate(plan: Plan) -> Iterator[str]:
    """Score, blockers, and each category with its reasons and fixes."""
    verdict = plan.quality_gate
    yield f"{_verdict(plan)}.\n"
    for blocker in verdict.blockers:
        owner = escape(blocker.suggested_owner)
        yield f"- **Blocker {escape(blocker.code)}:** {escape(blocker.message)} {escape(blocker.fix)} ({owner})"
    if verdict.blockers:
        yield ""
    rows = ([escape(each.title), str(each.weight), f"{each.score} of 4"] for each in verdict.categories)
    yield from table(("Category", "Weight", "Score"), rows)
    yield ""
    for category in verdict.categories:
        yield from _category(category)


def contradictions(plan: Plan, writer: LineWriter) -> Iterator[str]:
    """Each conflict with all sides; for a tie the question and the assumption."""
    for conflict in plan.document_conflicts:
        yield f"- **{escape(about(conflict)[:1].upper() + about(conflict)[1:])}:** {escape(_standing(conflict))}"
        for side in conflict.sides:
            yield f"  - {_side(side, writer)}"
    if not plan.document_conflicts:
        yield "None found."


def sources(plan: Plan) -> Iterator[str]:
    """The papers with their authority."""
    rows = (_source(source) for source in plan.sources)
    yield from table(("File", "Kind", "Authority", "Precedence", "Number", "Revision", "Date", "Pages"), rows)


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


def _verdict(plan: Plan) -> str:
    verdict = plan.quality_gate
    count = len(verdict.blockers)
    blockers = f", {count} blocker{'' if count == 1 else 's'}" if count else ""
    return (
        f"{'BLOCKED' if verdict.blocked else 'PASSED'}: {verdict.score:g} of 100, {verdict.threshold} needed{blockers}"
    )


def _category(category: GateCategory) -> Iterator[str]:
    yield f"- **{escape(category.title)}** ({category.score} of 4; {escape(category.suggested_owner)})"
    for reason in category.reasons:
        yield f"  - {escape(reason)}"
    for fix in category.fixes:
        yield f"  - To do: {escape(fix)}"


def _standing(conflict: DocumentConflict) -> str:
    if conflict.state == DocumentConflict.STATE_TIE:
        assumed = conflict.working_assumption or "nothing may be assumed"
        return f"undecided, the papers have equal precedence. Question: {conflict.question} Until answered: {assumed}"
    if conflict.state == DocumentConflict.STATE_RESOLVED_BY_USER:
        return f"{conflict.winning_value}, chosen by a user. {conflict.resolution_note}"
    return f"{conflict.winning_value}, by precedence."


def _side(side: ConflictSide, writer: LineWriter) -> str:
    """A claim with its page; the reader cut the quote from that page."""
    facts = (side.fact, *side.also)
    places = (f"[{escape(writer.place(fact.citation))}]" for fact in facts)
    claim = f'{escape(side.fact.value)}: "{escape(side.fact.citation.quote)}"'
    return f"{claim} {' '.join(places)}, precedence {side.precedence}"


def _source(source: Document) -> list[str]:
    kind = _name(DocumentKind.Name(source.kind), "DOCUMENT_KIND_")
    authority = _name(Authority.Name(source.authority), "AUTHORITY_")
    texts = (source.file_name, kind, authority, str(source.precedence), source.number, source.revision)
    return [escape(text) for text in (*texts, source.issue_date, str(source.page_count))]


def _name(value: str, prefix: str) -> str:
    return value.removeprefix(prefix).replace("_", " ").lower()
