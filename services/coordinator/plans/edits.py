"""A user's edits make a new plan: all of them or none, checked again and judged anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from buildplan.v1.plan_pb2 import Plan, StatementEdit
from services.contract.statements import Line, lines
from services.coordinator.plans.citation_check import CitationCheck, count_citations
from services.coordinator.plans.gate.judge import judge
from services.coordinator.plans.inputs import PageKey, Pages
from services.coordinator.plans.kept_edits import make, remember
from services.runtime.errors import InvalidArgument

_FOUND_BY_CODE = "cross_agent_conflicts"


class InvalidEdit(InvalidArgument):
    """An edit cannot be made; `field` names it ("edits[2].text"). Nothing was changed: correct it, send all again."""


def edited_pages(plan: Plan, edits: Sequence[StatementEdit]) -> set[PageKey]:
    """The pages (document name, page) that `apply_edits` needs."""
    wanted = {edit.statement_id for edit in edits}
    statements = (line.statement for line in lines(plan) if line.statement.id in wanted)
    return {(citation.document, citation.page) for statement in statements for citation in statement.citations}


def apply_edits(plan: Plan, edits: Sequence[StatementEdit], pages: Pages) -> Plan:
    """A new plan without name, revision, etag, run and time, which the store gives; raises InvalidEdit.

    Edited lines keep their identifiers. What the coordinator concluded from them stays as it was.
    """
    edited = Plan()
    edited.CopyFrom(plan)
    for field in ("name", "revision", "etag", "run", "create_time", "quality_gate"):
        edited.ClearField(field)
    edited.reason = "edit"
    editable = _editable(edited)
    _refuse_unusable(edits, editable)
    check = CitationCheck(pages, plan.sources)
    remember(edited, edits, editable)
    for edit in edits:
        check.check(editable[edit.statement_id].statement)
    make(edited, edits)
    count_citations(edited)
    edited.quality_gate.CopyFrom(judge(edited))
    return edited


def _editable(plan: Plan) -> dict[str, Line]:
    return {line.statement.id: line for line in lines(plan) if not line.path.startswith(_FOUND_BY_CODE)}


def _refuse_unusable(edits: Sequence[StatementEdit], editable: Mapping[str, Line]) -> None:
    if not edits:
        raise InvalidEdit("edits", "there are none")
    seen: set[str] = set()
    for index, edit in enumerate(edits):
        place = f"edits[{index}]"
        if edit.statement_id not in editable:
            raise InvalidEdit(
                f"{place}.statement_id", f'no line of this plan that can be edited is "{edit.statement_id[:80]}"'
            )
        if edit.statement_id in seen:
            raise InvalidEdit(f"{place}.statement_id", f'"{edit.statement_id}" is edited twice')
        seen.add(edit.statement_id)
        _refuse_empty(place, edit)


def _refuse_empty(place: str, edit: StatementEdit) -> None:
    change = edit.WhichOneof("change")
    if change == "text" and not edit.text.strip():
        raise InvalidEdit(f"{place}.text", "is empty; set remove to take the line out")
    if change != "text" and not edit.remove:
        raise InvalidEdit(place, "asks for no change; give a text or set remove")
