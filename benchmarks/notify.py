"""What NOTIFY costs PostgreSQL's commits: `python -m benchmarks.notify`.

Each coordinator has one connection that writes. Here that many connections commit one row at a time as fast as they
can, with the NOTIFY that a coordinator puts into its transactions and without, by turns: transactions that notify take
one lock of the whole server until their commit is on the disk, so that they cannot share a write to it.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time

import psycopg

from services.coordinator.store.changes import CHANNEL
from tests.integration.postgres import running_postgres

PAYLOAD = "events sessions/0123456789ab/runs/0123456789ab"


def commit(connection: psycopg.Connection, until: float, *, notifies: bool) -> int:
    """Transactions that were committed until then."""
    count = 0
    while time.perf_counter() < until:
        with connection.transaction():
            connection.execute("INSERT INTO rows VALUES (%s)", (PAYLOAD,))
            if notifies:
                connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, PAYLOAD))
            else:
                connection.execute("SELECT %s, %s", (CHANNEL, PAYLOAD))
        count += 1
    return count


def rate(url: str, writers: int, seconds: float, *, notifies: bool) -> float:
    """Commits a second of all writers."""
    connections = [psycopg.connect(url, autocommit=True) for _ in range(writers)]
    counts = [0] * writers
    until = time.perf_counter() + seconds

    def write(place: int) -> None:
        counts[place] = commit(connections[place], until, notifies=notifies)

    threads = [threading.Thread(target=write, args=(place,)) for place in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for connection in connections:
        connection.close()
    return sum(counts) / seconds


def spread(numbers: list[float], form: str) -> str:
    return f"{statistics.median(numbers):{form}} ({min(numbers):{form}} to {max(numbers):{form}})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(f"{'writers':7} {'commits a second':>24} {'with NOTIFY':>24} {'with / without':>24}")
    with running_postgres() as server:
        url = server.create_database("rows")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE rows (what text)")
        for writers in (1, 2, 4, 8):
            found: dict[bool, list[float]] = {False: [], True: []}
            for _ in range(arguments.rounds):
                for notifies in (False, True):
                    found[notifies].append(rate(url, writers, arguments.seconds, notifies=notifies))
            ratios = [told / silent for silent, told in zip(found[False], found[True], strict=True)]
            plain, told = spread(found[False], ".0f"), spread(found[True], ".0f")
            print(f"{writers:7} {plain:>24} {told:>24} {spread(ratios, '.2f'):>24}", flush=True)


if __name__ == "__main__":
    main()
