"""`buildplan serve`: the services of this machine, kept up."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import asdict
from pathlib import Path

from cli import exits
from cli.engines import describe_engine
from cli.output import Output
from cli.supervisor import Layout, ServiceEvent, Supervisor, definitions, refuse_taken

DEFAULT_DATA = Path("~/.local/share/buildplan")


async def serve(layout: Layout, output: Output) -> int:
    """Until Ctrl-C or SIGTERM; then every service drains and stops."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    services = definitions(layout)
    refuse_taken(services)
    where = f"data and logs are in {layout.data}"
    output.say(f"Starting {len(services)} services, {describe_engine(layout.engine)}; {where}")

    def tell(event: ServiceEvent) -> None:
        output.say(_line(event))
        output.record(asdict(event))

    async with Supervisor(services, layout.data / "logs", tell) as supervisor:
        ready = asyncio.ensure_future(supervisor.ready())
        stopped = asyncio.ensure_future(stop.wait())
        await asyncio.wait({ready, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            ready.result()
            output.say(f"Ready: open {layout.url} in a browser; coordinator at {layout.target}. Ctrl-C stops all.")
            output.record({"event": "ready", "target": layout.target, "url": layout.url})
        await stopped
        ready.cancel()
        output.say("Stopping")
    output.say("Stopped")
    output.record({"event": "stopped"})
    return exits.COMPLETE


def _line(event: ServiceEvent) -> str:
    wording = {
        "serving": f"✅ {event.service:<12} serving at {event.address} (process {event.pid})",
        "ended": f"❌ {event.service:<12} ended with {event.detail} (process {event.pid})",
        "restarting": f"⏳ {event.service:<12} starting again {event.detail}",
    }
    return wording.get(event.event, f"❌ {event.service:<12} {event.event}: {event.detail}")
