"""Passages that answer an agent's questions: SQLite's full text search with porter stemming, in memory."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence

from buildplan.v1.document_pb2 import Passage

_HITS_PER_QUESTION = 300
_RANK_OFFSET = 10  # of reciprocal rank fusion: how much more the first hits of a question weigh than its later ones
_WORD = re.compile(r"[^\W_]+")
_STOP_WORDS = (
    "a an and any are as at be by do does for from has have how if in is it its may of on or so than that the their "
    "there they this to what when where which who with"
)
_IGNORED = frozenset(_STOP_WORDS.split())


Ranking = Sequence[Sequence[int]]
"""Groups of passages by their index, the best group first; those of one group are equally good."""


def rank(questions: Sequence[str], passages: Sequence[Passage], extra: Iterable[Ranking] = ()) -> list[int]:
    """Indices of `passages` that match any question, the best first.

    Ranks of all questions are fused, so that every question gets its best passages in. `extra` are rankings of the
    same passages from elsewhere.
    """
    index = _index(passages)
    try:
        rankings = [_hits(index, question) for question in questions]
    finally:
        index.close()
    scores: defaultdict[int, float] = defaultdict(float)
    for ranking in (*rankings, *extra):
        for place, group in enumerate(ranking):
            for number in group:
                scores[number] += 1.0 / (_RANK_OFFSET + place)
    return sorted(scores, key=lambda number: (-scores[number], number))


def _index(passages: Sequence[Passage]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE passage USING fts5(heading, text, tokenize='porter unicode61')")
    connection.executemany(
        "INSERT INTO passage (rowid, heading, text) VALUES (?, ?, ?)",
        ((number, passage.heading, passage.text) for number, passage in enumerate(passages)),
    )
    return connection


def _hits(index: sqlite3.Connection, question: str) -> Ranking:
    words = dict.fromkeys(word for word in _WORD.findall(question.lower()) if word not in _IGNORED)
    if not words:
        return []
    query = " OR ".join(f'"{word}"' for word in words)
    rows = index.execute(
        "SELECT rowid FROM passage WHERE passage MATCH ? ORDER BY bm25(passage, 0.5, 1.0) LIMIT ?",
        (query, _HITS_PER_QUESTION),
    )
    return rows.fetchall()
