"""Rows of tables: a row of column names is no requirement, and tells what the cells below it are."""

from __future__ import annotations

import re

_NAMES = re.compile(
    r"(?:item|items|no\.?|line|pos\.?|op|part|part (?:no\.?|number|and description)|description|material|thickness"
    r"|qty\.?|quantity|qty per \w+|supplier|vendor"
    r"|manufacturer|maker|lead time(?: \([a-z]+\))?|unit price|price|cost|total|due|due date|date|delivery date"
    r"|milestone|evidence|deliverable|characteristic|method|extent|acceptance|point"
    r"|rev\.?|revision|approved|drawn|hole|x|y|z|size|weld class|class|tolerance|nominal|measured|actual|deviation"
    r"|feature|tool|tool no\.?|comments?|notes?|remarks?|unit|units|finish"
    r"|requirement|requirements|reference|section|title|name|status|owner|responsible|action|document|number"
    r"|inspection|frequency|sample size|type|grade|specification|standard|process|step|operation|link|url|subtotal"
    r"|upper|lower|result)\Z",
    re.IGNORECASE,
)


def cells(row: str) -> list[str]:
    """The cells of a row as the reader joins them."""
    return [cell.strip() for cell in row.split(" | ")]


def is_header(row: str) -> bool:
    """True when the row names columns: most of its cells are names of columns and none holds a value."""
    names = [cell for cell in cells(row) if cell]
    if len(names) < 2:
        return False
    known = sum(1 for name in names if _NAMES.match(name))
    return known >= max(2, (len(names) * 3 + 4) // 5)


def column(text: str, columns: tuple[str, ...], wanted: re.Pattern[str]) -> str:
    """The cell of the first column whose name matches `wanted`; empty when there is none."""
    values = cells(text)
    for place, name in enumerate(columns[: len(values)]):
        if wanted.search(name):
            return values[place]
    return ""
