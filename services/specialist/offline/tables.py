"""Tables: what their columns make of a row. A row of column names is no requirement."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.specialist.offline.standards import designations

_NAMES = re.compile(
    r"(?:items?|no\.?|#|line|pos\.?|op|parts?|description|part and description|material|thickness|value|qty\.?"
    r"|quantity"
    r"|qty per \w+|supplier|vendor|manufacturer|maker|lead time(?: \([a-z]+\))?|unit price|price|cost|total|due"
    r"|due date"
    r"|date|delivery date|milestone|evidence|deliverable|characteristic|method|extent|acceptance|point|rev\.?"
    r"|revision"
    r"|approved|drawn|hole|x|y|z|size|weld class|class|tolerance|nominal|measured|actual|deviation|feature|tool"
    r"|comments?|notes?|remarks?|units?|finish|requirements?|reference|section|title|name|status|owner|responsible"
    r"|action|document|number|inspection|frequency|sample size|type|grade|specification|standard|process|step"
    r"|operation|link|url|subtotal|upper|lower|(?:upper|lower) tolerance|result"
    r"|features?|maximum|minimum|x-?bar|cpk?|ppk?|number of samples|(?:order|part|item|drawing|tool|serial|stock) ?"
    r"(?:code|number|no\.?)|find no\.?"
    r"|(?:specification|document|drawing|standard|publication)s? (?:title|name|no\.?|number|id))\Z",
    re.IGNORECASE,
)
_CODE = re.compile(r"\brev\b|\brevision\b", re.IGNORECASE)
_HISTORY = re.compile(r"\bapproved\b|\bdescription\b|\bauthor\b|\bchanges?\b", re.IGNORECASE)
_COUNT = re.compile(r"\bqty\b|\bquantity\b", re.IGNORECASE)
_SALE = re.compile(r"\bprice\b|\bdue\b|\bdelivery\b|\btotal\b", re.IGNORECASE)
_DATE = re.compile(r"\bdate\b|\bdue\b", re.IGNORECASE)
_EVENT = re.compile(r"\bmilestone\b|\bdeliverable\b|\bevent\b", re.IGNORECASE)
_STOCK = re.compile(r"\bmaterial\b|\bpart\b|\bdescription\b|\bsupplier\b", re.IGNORECASE)
LEAD_TIME = re.compile(r"\blead[- ]?time\b", re.IGNORECASE)
_PAPER = re.compile(r"(?:specification|document|drawing|standard|publication)s?\b", re.IGNORECASE)
_TEST = re.compile(r"\bmethod\b|\bextent\b", re.IGNORECASE)
_HOLD = re.compile(r"\b(?:hold|witness)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d")
_TOLERANCE = re.compile(r"\btolerance\b", re.IGNORECASE)
_NOMINAL = re.compile(r"\bnominal\b", re.IGNORECASE)
_UNREADABLE = re.compile(r"[\u0180-\u024f\ue000-\uf8ff]")
_DUTY = re.compile(r"\b(?:shall|must|will)\b", re.IGNORECASE)
_REPORTED = 5
_LIST_OF_PAPERS = 4
CHARACTERISTICS = "quality_plan.ctqs"
_LONGEST_NAME = 6
_SCATTERED = 5


@dataclass(frozen=True)
class RowKind:
    """What a row is by its columns: `owner` is its section ("" leaves it to its words); `beside` are further ones.

    `under` stands in for a heading where the columns say what the table is about.
    """

    owner: str = ""
    beside: tuple[str, ...] = ()
    silent: bool = False
    under: str = ""


def cells(row: str) -> list[str]:
    """The cells of a row as the reader joins them."""
    return [cell.strip() for cell in row.split(" | ")]


def in_words(row: str) -> str:
    """The cells of a row as one line, without the number that it begins with; a line that is no row stays as it is."""
    first, *others = cells(row)
    return "; ".join(filter(None, others if first.isdigit() else (first, *others))) or row


def is_header(row: str) -> bool:
    """True when the row names columns: at least two of its cells, and three of five, are names of columns.

    A report of measurements has a column for each part that was measured: five names are enough there.
    """
    names = [cell for cell in cells(row) if cell]
    known = sum(1 for name in names if _NAMES.match(name))
    reported = known >= _REPORTED and _is_measured(row)
    return len(names) >= 2 and (reported or known >= max(2, (len(names) * 3 + 4) // 5))


def characteristic(row: str, columns: tuple[str, ...], feature: str) -> str:
    """A row of measurements as a line: the named columns with what stands in them, not what each part measured."""
    told = [
        f"{column} {value}"
        for column, value in zip(columns, cells(row), strict=False)
        if value and _NAMES.match(column) and not _UNREADABLE.search(value)
    ]
    return f"{feature}: {'; '.join(told)}" if feature else "; ".join(told)


def names_paper(row: str) -> bool:
    """True for the designation of a standard beside its title, as lists of applicable documents have them."""
    values = [cell for cell in cells(row) if cell]
    found = designations(values[0]) if len(values) == 2 else []
    return bool(found) and values[0].startswith(found[0][1]) and _DUTY.search(values[1]) is None


def _is_measured(names: str) -> bool:
    return _TOLERANCE.search(names) is not None and _NOMINAL.search(names) is not None


def opens_table(row: str) -> bool:
    """True when the first row of a table can only be its header: names without a figure, one of them of a column."""
    names = [cell for cell in cells(row) if cell]
    if len(names) < 3 or _NUMBER.search(row) or any(len(name.split()) > _LONGEST_NAME for name in names):
        return False
    return any(_NAMES.match(word) for name in names for word in name.split())


def row_kind(row: str, columns: tuple[str, ...]) -> RowKind:
    """What the columns make of the row; a row whose cells do not fit the columns is left to its words."""
    values = cells(row)
    if not columns or abs(len(values) - len(columns)) > 2:
        return RowKind(silent=not columns and _is_scattered(values))
    names = " | ".join(columns)
    if _CODE.search(names) and _HISTORY.search(names) and len(columns) <= 5:
        return RowKind(silent=True)
    if _is_measured(names) or _TEST.search(names):
        return _inspected(names, values)
    if _EVENT.search(names) and _DATE.search(names):
        beside = ("purchasing.quantities",) if _COUNT.search(names) else ()
        return RowKind("release_plan.milestones", beside)
    if _COUNT.search(names):
        return _stock(names, values)
    lists_papers = _PAPER.match(columns[0]) and len(columns) <= _LIST_OF_PAPERS
    return RowKind("engineering_instructions.referenced_standards" if lists_papers else "")


def _inspected(names: str, values: list[str]) -> RowKind:
    """Rows of inspection plans and of reports of measurements."""
    if _is_measured(names):
        return RowKind(CHARACTERISTICS)
    held = _HOLD.search(values[-1]) or _HOLD.search(values[0])
    return RowKind("quality_plan.hold_points") if held else RowKind(under="tests")


def _is_scattered(values: list[str]) -> bool:
    """True for running text whose words were set so far apart that each was taken for a cell."""
    words = sum(1 for value in values if value.isalpha())
    return words >= _SCATTERED and words >= 0.6 * len(values)


def _stock(names: str, values: list[str]) -> RowKind:
    """Order lines are quantities, parts lists materials; dates and lead times stand beside them."""
    if not any(_NUMBER.search(value) for value in values):
        return RowKind()
    if _SALE.search(names):
        return RowKind("purchasing.quantities", ("release_plan.milestones",) if _DATE.search(names) else ())
    if LEAD_TIME.search(names):
        return RowKind("purchasing.materials", ("purchasing.long_lead_items",))
    return RowKind("purchasing.materials") if _STOCK.search(names) else RowKind()
