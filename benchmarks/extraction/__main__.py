"""`python -m benchmarks.extraction` prints recall and precision of the offline engine, by document and by section."""

from __future__ import annotations

import asyncio

from rich.console import Console
from rich.table import Table

from benchmarks.extraction.papers import FOLDERS, engine_lines, label_files, pack_of, read_labelled, source_path
from benchmarks.extraction.score import Score, score
from services.reader.pool import ReaderPool


async def measure(console: Console) -> dict[str, Score]:
    """Scores by source; prints one row for each document and names what is missing."""
    table = Table("document", "labels", "recall", "lines", "precision", title="Offline engine by document")
    totals = {source: Score() for source in FOLDERS}
    async with ReaderPool() as pool:
        for label_file in label_files():
            if not source_path(label_file).exists():
                console.print(f"SKIPPED {label_file['document']}: {source_path(label_file)} is not here")
                continue
            pack = pack_of([await read_labelled(label_file, pool)])
            result = score(label_file, await engine_lines(pack))
            totals[label_file["source"]].add(result)
            table.add_row(label_file["document"], *_cells(result))
    console.print(table)
    return totals


def by_section(totals: dict[str, Score]) -> Table:
    """One row for each section, samples and corpus together, then the totals of each source."""
    whole = Score()
    for result in totals.values():
        whole.add(result)
    table = Table("section", "labels", "recall", "lines", "precision", title="Offline engine by section")
    for section in sorted({*whole.labelled, *whole.judged}):
        table.add_row(section, *_cells(whole, section))
    for source, result in totals.items():
        table.add_row(f"all of {source}", *_cells(result), style="bold")
    return table


def _cells(result: Score, section: str | None = None) -> list[str]:
    labelled = result.labelled[section] if section else result.labelled.total()
    judged = result.judged[section] if section else result.judged.total()
    return [str(labelled), _percent(result.recall(section)), str(judged), _percent(result.precision(section))]


def _percent(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}"


def main() -> None:
    """Prints both tables."""
    console = Console(width=120)
    console.print(by_section(asyncio.run(measure(console))))


if __name__ == "__main__":
    main()
