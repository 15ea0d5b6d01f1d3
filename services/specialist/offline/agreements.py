"""Agreements: papers of contract prose, where parties promise and whatever is promised is a term."""

from __future__ import annotations

from collections import Counter

from buildplan.v1.context_pb2 import ContextPack

TERMS = "purchasing.contract_terms"
_NAMES_ITSELF = "this agreement"
_OFTEN = 5


def agreements(context: ContextPack) -> frozenset[str]:
    """Resource names of the documents that keep calling themselves an agreement."""
    named: Counter[str] = Counter()
    for passage in context.passages:
        named[passage.document] += passage.text.lower().count(_NAMES_ITSELF)
    return frozenset(document for document, times in named.items() if times >= _OFTEN)
