import pytest

from buildplan.v1 import document_pb2 as pb
from services.reader.classify import guess
from services.reader.dates import iso_date
from services.reader.title_block import identify


@pytest.mark.parametrize(
    ("opening", "kind"),
    [
        ("PURCHASE ORDER\nPO Number: 4500123\nShip to: ACME", pb.DOCUMENT_KIND_PURCHASE_ORDER),
        ("QUOTATION Q-881\nValid until 2026-05-01\nUnit price", pb.DOCUMENT_KIND_QUOTE),
        ("Inspection and Test Plan\nHold point before closing", pb.DOCUMENT_KIND_INSPECTION_PLAN),
        ("STATEMENT OF WORK\nThe contractor shall", pb.DOCUMENT_KIND_STATEMENT_OF_WORK),
        ("Product Specification PS-10\nThis specification defines", pb.DOCUMENT_KIND_CUSTOMER_SPECIFICATION),
        ("Supplier Quality Manual\nSuppliers shall", pb.DOCUMENT_KIND_SUPPLIER_QUALITY_MANUAL),
        ("MILITARY STANDARD\nMIL-STD-1312", pb.DOCUMENT_KIND_GENERIC_SPECIFICATION),
        ("Kick-off meeting notes\nAttendees: A, B", pb.DOCUMENT_KIND_MEETING_NOTES),
        ("Lessons learned from job 1", pb.DOCUMENT_KIND_LESSONS_LEARNED),
        ("Bill of Materials\nQty Part", pb.DOCUMENT_KIND_OTHER),
        ("Inspection report\nThe purchase order was met.", pb.DOCUMENT_KIND_OTHER),
    ],
)
def test_content_decides(opening: str, kind: int) -> None:
    found = guess("file.pdf", "pdf", opening, [])
    assert found.kind == kind
    assert found.reason


def test_content_goes_before_the_name() -> None:
    assert guess("report.pdf", "pdf", "PURCHASE ORDER\nPO No: 1\nBill to", []).kind == pb.DOCUMENT_KIND_PURCHASE_ORDER
    assert guess("po_4711.pdf", "pdf", "", []).kind == pb.DOCUMENT_KIND_PURCHASE_ORDER
    assert guess("report.pdf", "pdf", "", []).kind == pb.DOCUMENT_KIND_OTHER


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2020-05-14", "2020-05-14"), ("05/01/02", "2002-05-01"), ("11.8.2020", "2020-08-11"),
        ("7 January 2025", "2025-01-07"), ("January 1, 2013", "2013-01-01"), ("30 SEPTEMBER 1983", "1983-09-30"),
        ("12-May-2026", "2026-05-12"), ("25/12/2025", "2025-12-25"), ("32/13/2025", ""), ("soon", ""),
    ],
)  # fmt: skip
def test_dates_become_iso(written: str, iso: str) -> None:
    assert iso_date(written) == iso


def test_identity_of_a_purchase_order_is_not_its_due_date() -> None:
    text = "PURCHASE ORDER\nPO Number: 4500-123\nDue date: 12 May 2026\nOrder date: March 3, 2026\nRevision: 2"
    found = identify(pb.DOCUMENT_KIND_PURCHASE_ORDER, text)
    assert (found.number, found.revision, found.issue_date) == ("4500-123", "2", "2026-03-03")


def test_a_standard_carries_its_revision_in_its_number() -> None:
    found = identify(pb.DOCUMENT_KIND_GENERIC_SPECIFICATION, "NASA-STD-6016B\nApproved: 2020-05-14\nRevision A 6/24/97")
    assert (found.number, found.revision, found.issue_date) == ("NASA-STD-6016B", "B", "2020-05-14")


def test_nothing_written_gives_nothing() -> None:
    found = identify(pb.DOCUMENT_KIND_OTHER, "The part shall be reviewed and revised as needed.")
    assert (found.number, found.revision, found.issue_date) == ("", "", "")


def test_the_dates_of_a_delivery_schedule_are_no_date_of_issue() -> None:
    rows = "Item | Quantity | Delivery date\nFirst article | 1 | 2027-02-26"
    assert identify(pb.DOCUMENT_KIND_OTHER, rows).issue_date == ""
    assert identify(pb.DOCUMENT_KIND_OTHER, "Drawn | J. Doe | 2026-02-26").issue_date == "2026-02-26"
