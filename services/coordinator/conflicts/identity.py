"""Names of one thing: the drawing's number, and no subject at all, both mean the drawing's product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from buildplan.v1 import document_pb2 as pb
from buildplan.v1.document_pb2 import Document


@dataclass(frozen=True)
class Identity:
    """`product` is the only drawing's number; `owners` name the products of several drawings apart."""

    product: str
    owners: dict[str, str]

    def subject(self, document: str, subject: str) -> str:
        """The subject under the one name that the session knows it by."""
        if subject == self.product:
            return ""
        return subject or self.owners.get(document, "")


def identity_of(documents: Sequence[Document]) -> Identity:
    """With one drawing its number is the job; with several, a drawing that names no subject means its own product."""
    drawings = [document for document in documents if document.kind == pb.DOCUMENT_KIND_DRAWING]
    numbers = {document.number.lower() or document.name for document in drawings}
    if len(numbers) <= 1:
        return Identity(next(iter(numbers), ""), {})
    return Identity("", {document.name: document.number.lower() or document.name for document in drawings})
