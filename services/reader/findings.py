"""Findings of the reader: what a user should know about one file, and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from buildplan.v1.document_pb2 import ReadingFinding


def finding(code: str, message: str, action: str, pages: Iterable[int] = ()) -> ReadingFinding:
    """A finding about a file that was read all the same."""
    return ReadingFinding(code=code, message=message, action=action, pages=pages)


class RefusedError(Exception):
    """The file cannot be used. It becomes the file's fatal finding; show `message` and `action` to the user."""

    def __init__(self, code: str, message: str, action: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.action = action

    def as_finding(self) -> ReadingFinding:
        """The fatal finding."""
        return ReadingFinding(code=self.code, message=self.message, action=self.action, fatal=True)


def name_pages(pages: Iterable[int]) -> str:
    """Page numbers as people write them: "page 3", "pages 1, 4-7 and 12 more"."""
    runs: list[list[int]] = []
    for number in sorted(set(pages)):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in runs[:12]]
    rest = sum(last - first + 1 for first, last in runs[12:])
    word = "page" if len(runs) == 1 and runs[0][0] == runs[0][1] else "pages"
    return f"{word} {', '.join(shown)}" + (f" and {rest} more" if rest else "")
