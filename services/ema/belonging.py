"""Whether the papers belong to one job: drawings and orders that no paper brings together are asked about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import Document, DocumentKind

_ORDERED = frozenset(
    {
        DocumentKind.DOCUMENT_KIND_DRAWING,
        DocumentKind.DOCUMENT_KIND_PURCHASE_ORDER,
        DocumentKind.DOCUMENT_KIND_QUOTE,
        DocumentKind.DOCUMENT_KIND_STATEMENT_OF_WORK,
    }
)
_FAMILY = 5


def jobs(context: ContextPack) -> list[list[Document]]:
    """Numbered drawings, orders, quotes and statements of work, those together that a number connects.

    Two belong together when a paper, one of them or a third, names both numbers, or when the numbers begin alike.
    """
    ordered = [source for source in context.sources if source.kind in _ORDERED and source.number]
    if len(ordered) < 2:
        return [ordered] if ordered else []
    groups = [{source.name} for source in ordered]
    for together in _named_together(context, ordered):
        _merge(groups, together)
    for one, other in combinations(ordered, 2):
        if _same_family(one.number, other.number):
            _merge(groups, {one.name, other.name})
    return [[source for source in ordered if source.name in group] for group in groups]


def _named_together(context: ContextPack, ordered: Sequence[Document]) -> Iterable[set[str]]:
    """For each paper the ordered ones whose numbers it names, itself included."""
    named = {source.name: {source.name} & {each.name for each in ordered} for source in context.sources}
    numbers = [(source.name, source.number.casefold()) for source in ordered]
    for source in context.sources:
        named[source.name] |= {name for name, number in numbers if number in source.file_name.casefold()}
    for passage in context.passages:
        text = passage.text.casefold()
        named[passage.document] |= {name for name, number in numbers if number in text}
    return named.values()


def _merge(groups: list[set[str]], together: set[str]) -> None:
    joined = [group for group in groups if group & together]
    if len(joined) > 1:
        for group in joined[1:]:
            joined[0] |= group
            groups.remove(group)


def _same_family(one: str, other: str) -> bool:
    start = one[:_FAMILY].casefold()
    return len(start) == _FAMILY and any(map(str.isdigit, start)) and other.casefold().startswith(start)
