"""What papers claim, as it goes between the pool and its children.

Asked apart from reading: a paper's ids and the kind that its user gives it come between, a correction asks again, and
a child that ends meanwhile costs the figures, not the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from buildplan.v1.document_pb2 import Document, Page
from buildplan.v1.fact_pb2 import Fact
from services.facts.papers import pages_to_search
from services.reader.framing import BrokenFrameError, Frame, frame_of, parts_of


@dataclass(frozen=True)
class Claims:
    """A paper's facts, and the page on which their drawing stopped, 0 where it did not."""

    facts: list[Fact]
    stopped_on: int


def claims_request(document: Document, pages: Sequence[Page]) -> Frame:
    """Asks for the facts of a paper that has its name and ids."""
    searched = (page.SerializeToString() for page in pages_to_search(document, pages))
    return frame_of({"ask": "claims"}, [document.SerializeToString(), *searched])


def answer(request: Frame) -> Frame:
    """Draws the facts of the paper in a `claims_request`."""
    from services.facts.extraction import Effort, extract_facts  # many expressions to compile, in the child only

    document, *pages = parts_of(request)
    effort = Effort()
    facts = extract_facts(Document.FromString(document), list(map(Page.FromString, pages)), effort)
    return frame_of({"type": "claims", "stopped_on": effort.on_page}, [fact.SerializeToString() for fact in facts])


def claims_of(frames: Sequence[Frame]) -> Claims:
    """The facts in the answer. Raises BrokenFrameError."""
    try:
        return Claims(list(map(Fact.FromString, parts_of(frames[0]))), int(frames[0].header["stopped_on"]))
    except Exception as error:
        raise BrokenFrameError("the answer holds no facts") from error
