"""A user's corrections of what the reader guessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from buildplan.v1.document_pb2 import Authority, Document, DocumentKind
from services.coordinator.precedence import apply_kind
from services.runtime.errors import InvalidArgument

CORRECTABLE = ("kind", "authority", "precedence", "revision", "number", "issue_date")


def correct(document: Document, wanted: Document, paths: Sequence[str]) -> Document:
    """`document` with the fields in `paths` taken from `wanted`.

    A new kind also sets authority and precedence unless they are named as well. Raises InvalidArgument.
    """
    if not paths or not set(paths) <= set(CORRECTABLE):
        raise InvalidArgument("update_mask", f"names what to correct, out of: {', '.join(CORRECTABLE)}")
    _check(wanted, paths)
    corrected = Document()
    corrected.CopyFrom(document)
    if "kind" in paths:
        apply_kind(corrected, wanted.kind)
        corrected.kind_corrected = True
    for path in paths:
        setattr(corrected, path, getattr(wanted, path))
    return corrected


def _check(wanted: Document, paths: Sequence[str]) -> None:
    if "kind" in paths:
        check_kind("document.kind", wanted.kind)
    if "authority" in paths and wanted.authority not in Authority.values()[1:]:
        raise InvalidArgument("document.authority", "choose one of the values of Authority")
    if "precedence" in paths and not 1 <= wanted.precedence <= 100:
        raise InvalidArgument("document.precedence", "takes a number from 1 (overrides all) to 100")
    if "issue_date" in paths and wanted.issue_date:
        check_date("document.issue_date", wanted.issue_date)


def check_kind(field: str, kind: DocumentKind.ValueType) -> None:
    """Raises InvalidArgument unless `kind` is one that a paper can be."""
    if kind not in DocumentKind.values()[1:]:
        raise InvalidArgument(field, "choose one of the kinds of DocumentKind")


def check_date(field: str, text: str) -> None:
    """Raises InvalidArgument unless `text` is an ISO 8601 date."""
    try:
        date.fromisoformat(text)
    except ValueError:
        raise InvalidArgument(field, f'"{text[:40]}" is no date such as 2026-12-18') from None
