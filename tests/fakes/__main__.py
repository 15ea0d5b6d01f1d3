"""`python -m tests.fakes --agent qma --delay 0.2` serves one specialist and prints its port."""

from __future__ import annotations

import argparse
import asyncio

from tests.fakes.specialist import Behaviour, FakeSpecialist


async def serve(agent: str, port: int, behaviour: Behaviour) -> None:
    """Until the process is killed."""
    async with FakeSpecialist(agent, behaviour, port) as specialist:
        print(specialist.port, flush=True)
        await specialist.wait()


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--agent", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--steps", type=int, default=0)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.agent, arguments.port, Behaviour(arguments.delay, arguments.steps)))


if __name__ == "__main__":
    main()
