"""A small job of hand-built papers and patches: one drawing, one purchase order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from buildplan.v1.agent_pb2 import AgentStatus, Failure
from buildplan.v1.conflict_pb2 import ConflictSide, DocumentConflict
from buildplan.v1.document_pb2 import Authority, Document, DocumentKind, Page, Passage
from buildplan.v1.fact_pb2 import Fact, Topic
from buildplan.v1.plan_pb2 import HoldPoint, Patch
from buildplan.v1.session_pb2 import SessionMetadata
from buildplan.v1.statement_pb2 import Citation, Statement
from services.coordinator.plans import PlanInputs
from services.coordinator.plans.inputs import PageKey

SESSION = "sessions/s1"
DRAWING = f"{SESSION}/documents/drawing"
ORDER = f"{SESSION}/documents/order"
AGENTS = ("qma", "pma", "sca", "ema")

DRAWING_TEXT = """NOTES: Material 316L stainless steel plate, 6 mm. Bore 12.000 +0.018/0 mm.
Weld per AWS D1.6. Liquid penetrant test of all welds per ASTM E165. Passivate per ASTM A967 after welding.
Hold point: customer releases the fit-up before welding. First article inspection per AS9102."""
ORDER_TEXT = """Purchase order 4711. Quantity 12 pieces. Delivery of frames due 2027-03-01. 316L plate, 8 mm.
Mill certificates EN 10204 3.1 for all material. 316L plate lead time 6 weeks. Parts shall be free of oil and grease.
Pack in wooden crates, ship by carrier, label each crate. Weekly report to the customer. Kick-off within 5 days."""

PAGES: dict[PageKey, Page] = {
    (DRAWING, 1): Page(
        document=DRAWING,
        number=1,
        label="page 1",
        text=DRAWING_TEXT,
        origin=Page.ORIGIN_TEXT,
        passages=[Passage(id="drawing-p1-1", locator="note 1")],
    ),
    (ORDER, 1): Page(document=ORDER, number=1, label="sheet PO", text=ORDER_TEXT, origin=Page.ORIGIN_TEXT),
}
SOURCES = [
    Document(
        name=DRAWING,
        file_name="drawing.pdf",
        kind=DocumentKind.DOCUMENT_KIND_DRAWING,
        authority=Authority.AUTHORITY_MANDATORY,
        precedence=1,
        media_type="application/pdf",
        revision="B",
        page_count=1,
    ),
    Document(name=ORDER, file_name="order.xlsx", kind=DocumentKind.DOCUMENT_KIND_PURCHASE_ORDER, precedence=1),
]


def cite(quote: str, document: str = DRAWING, page: int = 1, passage: str = "") -> Citation:
    return Citation(document=document, page=page, quote=quote, passage_id=passage)


def stated(text: str, *citations: Citation, confidence: float = 0.9) -> Statement:
    """A STATED line; without citations it cites its own text on the drawing or the order."""
    found = citations or (cite(text, DRAWING if text in DRAWING_TEXT else ORDER),)
    return Statement(text=text, basis=Statement.BASIS_STATED, citations=found, confidence=confidence)


def inferred(text: str, *citations: Citation) -> Statement:
    return Statement(text=text, basis=Statement.BASIS_INFERRED, citations=citations, confidence=0.5)


def full_patches() -> dict[str, Patch]:
    """Four good patches: everything that the quality gate asks for."""
    return {"qma": _quality(), "pma": _purchasing(), "sca": _scheduling(), "ema": _engineering()}


def _quality() -> Patch:
    patch = Patch()
    quality = patch.sections.quality_plan
    quality.ctqs.add(feature="bore", tolerance="12.000 +0.018/0 mm", statement=stated("Bore 12.000 +0.018/0 mm"))
    quality.inspection_levels.append(stated("First article inspection per AS9102"))
    quality.passivation.append(stated("Passivate per ASTM A967 after welding"))
    quality.cleanliness.append(stated("Parts shall be free of oil and grease"))
    hold = stated("customer releases the fit-up before welding")
    quality.hold_points.add(kind=HoldPoint.KIND_HOLD, statement=hold)
    quality.required_tests.append(stated("Liquid penetrant test of all welds per ASTM E165"))
    quality.documentation.append(inferred("Deliver the penetrant test report"))
    return patch


def _purchasing() -> Patch:
    patch = Patch()
    bought = patch.sections.purchasing
    lead = stated("316L plate lead time 6 weeks")
    bought.long_lead_items.add(item="316L plate", lead_time_days=42, mitigation="order at once", statement=lead)
    bought.materials.append(stated("Material 316L stainless steel plate, 6 mm"))
    bought.quantities.append(stated("Quantity 12 pieces"))
    bought.material_certificates.append(stated("Mill certificates EN 10204 3.1 for all material"))
    bought.packaging_and_shipping.append(stated("Pack in wooden crates, ship by carrier, label each crate"))
    return patch


def _scheduling() -> Patch:
    patch = Patch()
    release = patch.sections.release_plan
    release.milestones.add(name="frames", due="2027-03-01", statement=stated("Delivery of frames due 2027-03-01"))
    release.do_early.append(inferred("Order the plate before the kick-off"))
    release.risks.add(
        mitigation="reserve the weld bay", owner="scheduler", statement=inferred("Weld capacity is short")
    )
    strategy = patch.sections.execution_strategy
    strategy.time_boxes.add(working_days=5, statement=stated("Kick-off within 5 days"))
    strategy.notes.append(stated("Weekly report to the customer"))
    return patch


def _engineering() -> Patch:
    patch = Patch()
    engineering = patch.sections.engineering_instructions
    engineering.exceptional_steps.append(stated("Weld per AWS D1.6"))
    engineering.fixtures.append(inferred("Weld fixture that holds the bore"))
    steps = ("Fit-up with customer release", "Weld the frame", "Dye penetrant test of welds", "Pickle and passivate")
    for number, text in enumerate((*steps, "FAI with CMM report"), start=1):
        engineering.quality_routing.add(op_no=10 * number, work_center="weld", statement=inferred(text))
    return patch


def tie() -> DocumentConflict:
    """The drawing's 6 mm against the order's 8 mm: equal precedence."""
    sides = [
        ConflictSide(fact=thickness("6 mm", cite("316L stainless steel plate, 6 mm")), precedence=1),
        ConflictSide(fact=thickness("8 mm", cite("316L plate, 8 mm", ORDER)), precedence=1),
    ]
    return DocumentConflict(
        name=f"{SESSION}/conflicts/c1",
        topic=Topic.TOPIC_THICKNESS,
        subject="plate",
        sides=sides,
        state=DocumentConflict.STATE_TIE,
        question="Is the plate 6 mm or 8 mm thick?",
        working_assumption="6 mm as drawn",
    )


def thickness(value: str, citation: Citation) -> Fact:
    return Fact(id=value, topic=Topic.TOPIC_THICKNESS, subject="plate", value=value, citation=citation)


def done(*agents: str) -> list[AgentStatus]:
    return [AgentStatus(agent=agent, state=AgentStatus.STATE_COMPLETE, percent=100) for agent in agents or AGENTS]


def failed(agent: str) -> AgentStatus:
    failure = Failure(reason="UNREACHABLE", message=f"{agent} does not answer at 127.0.0.1:5", retryable=True)
    return AgentStatus(agent=agent, state=AgentStatus.STATE_ERROR, failure=failure)


def inputs(
    patches: Mapping[str, Patch] | None = None,
    *,
    conflicts: Sequence[DocumentConflict] = (),
    statuses: Sequence[AgentStatus] | None = None,
    pages: Mapping[PageKey, Page] = PAGES,
    sources: Sequence[Document] = tuple(SOURCES),
    facts: Sequence[Fact] = (),
) -> PlanInputs:
    return PlanInputs(
        session=SESSION,
        metadata=SessionMetadata(project_name="Frame", customer="Acme"),
        sources=sources,
        facts=facts,
        conflicts=conflicts,
        patches=full_patches() if patches is None else patches,
        statuses=done() if statuses is None else statuses,
        pages=pages,
        run=f"{SESSION}/runs/r1",
        reason="run",
        engine="offline 1",
        now=datetime(2026, 12, 1, 8, tzinfo=UTC),
        as_of=date(2026, 12, 1),
    )
