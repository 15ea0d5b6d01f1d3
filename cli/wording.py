"""How documents and preflight read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from buildplan.v1.agent_pb2 import Usage
from buildplan.v1.document_pb2 import Document, DocumentKind
from buildplan.v1.session_pb2 import Finding, ValidationResult
from services.contract.usage import money, tokens, total

_MARKS = {Finding.SEVERITY_ERROR: "❌", Finding.SEVERITY_WARNING: "⚠️ ", Finding.SEVERITY_INFO: "ℹ️ "}
_KIND_PREFIX = "DOCUMENT_KIND_"


def kind_name(kind: DocumentKind.ValueType) -> str:
    """`purchase order`."""
    return DocumentKind.Name(kind).removeprefix(_KIND_PREFIX).lower().replace("_", " ")


def kind_names() -> list[str]:
    """The kinds as the command line takes them, `purchase-order`."""
    return [kind_name(kind).replace(" ", "-") for kind in DocumentKind.values() if kind]


def parse_kind(text: str) -> DocumentKind.ValueType:
    """The kind that `text` names; raises ValueError when there is none."""
    return DocumentKind.Value(_KIND_PREFIX + text.strip().upper().replace("-", "_").replace(" ", "_"))


def document_line(document: Document) -> str:
    """`drawing             BR-2041.pdf · 2 pages · rev B`."""
    parts = [document.file_name, count(document.page_count, "page")]
    if document.revision:
        parts.append(f"rev {document.revision}")
    if document.parent:
        parts.append("attachment")
    return f"{kind_name(document.kind):<24} {' · '.join(parts)}"


def reading_lines(document: Document) -> Iterator[str]:
    """What the reader found wrong with a document."""
    for finding in document.findings:
        mark = "❌" if finding.fatal else "⚠️ "
        yield f"{mark} {document.file_name}: {finding.message}"
        yield from (f"   → {action}" for action in (finding.action,) if action)


def validation_lines(result: ValidationResult, *, full: bool) -> Iterator[str]:
    """What preflight found; `full` adds the checklist and the parts of the score."""
    counts = [sum(found.severity == severity for found in result.findings) for severity in _MARKS]
    verdict = "ready" if result.ready else "not ready"
    numbers = ", ".join(map(count, counts, ("error", "warning", "note")))
    yield f"Preflight: {verdict}, completeness {result.completeness} of 100, {numbers}"
    for found in result.findings:
        if full or found.severity != Finding.SEVERITY_INFO:
            yield f"  {_MARKS.get(found.severity, '')} {found.message}"
            yield from (f"     → {action}" for action in (found.action,) if action)
    yield from _estimates(result, full=full)
    if full:
        yield from _details(result)


def _estimates(result: ValidationResult, *, full: bool) -> Iterator[str]:
    """What a run may use; `full` adds each agent."""
    if not result.estimates:
        return
    yield f"A run may use {_amount(total(estimate.usage for estimate in result.estimates))}, one attempt of each agent"
    for estimate in result.estimates if full else ():
        yield f"  {estimate.agent} ({estimate.engine}): {_amount(estimate.usage)}"


def _amount(usage: Usage) -> str:
    if usage == Usage():
        return "nothing, what was found for the same papers is used again"
    sizes = f"up to {usage.input_tokens:,} tokens sent and {usage.output_tokens:,} received" if tokens(usage) else ""
    return ", ".join(filter(None, (sizes, money(usage))))


def count(number: int, noun: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{number} {noun}{'s' * (number != 1)}"


def _details(result: ValidationResult) -> Iterator[str]:
    yield "Checklist"
    for item in result.checklist:
        mark = "✅" if item.done else "❌" if item.required else "⚪"
        yield f"  {mark} {item.text}"
    yield "Completeness"
    for part in result.parts:
        yield f"  {part.points:>3} of {part.maximum:<3} {part.title}{': ' * bool(part.suggestion)}{part.suggestion}"
