"""An independent OpenAI server: npm's @copilotkit/aimock, installed once for all test workers, over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.integration import npm
from tests.ports import free_port

VERSION = "1.43.0"
_CLI = Path("node_modules/@copilotkit/aimock/dist/cli.js")


def install() -> Path:
    """The command's file. Raises RuntimeError when npm cannot."""
    return npm.install("@copilotkit/aimock", VERSION) / _CLI


class AiMock:
    """A running server. `fixtures` are served in their order, each once, the last one again and again."""

    def __init__(self, port: int) -> None:
        self.base_url = f"http://127.0.0.1:{port}/v1"
        self._control = f"http://127.0.0.1:{port}/__aimock"

    async def serve(self, *responses: dict[str, Any]) -> None:
        """The next replies, as aimock's fixtures have them."""
        fixtures: list[dict[str, Any]] = [
            {"match": {"model": "gpt-5.4-mini", "sequenceIndex": number}, "response": response}
            for number, response in enumerate(responses)
        ]
        fixtures.append({"match": {"model": "gpt-5.4-mini"}, "response": responses[-1]})
        await self._post("fixtures", {"fixtures": fixtures})

    async def chaos(self, **rates: float) -> None:
        """Faults for all calls from now on."""
        await self._post("chaos", rates)

    async def journal(self) -> list[dict[str, Any]]:
        """The calls that it was asked to serve."""
        entries = await asyncio.to_thread(self._send, "GET", "journal", None)
        return [entry for entry in entries if entry["path"].startswith("/v1/")]

    async def _post(self, path: str, body: dict[str, Any]) -> None:
        await asyncio.to_thread(self._send, "POST", path, body)

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        answer = httpx2.request(method, f"{self._control}/{path}", json=body, timeout=10, trust_env=False)
        answer.raise_for_status()
        return answer.json()


@asynccontextmanager
async def running(cli: Path, folder: Path) -> AsyncIterator[AiMock]:
    """Starts it on a free port and ends it again."""
    # It does not start without a fixture.
    never = {"match": {"userMessage": "never asked"}, "response": {"content": "nothing"}}
    (folder / "none.json").write_text(json.dumps({"fixtures": [never]}))
    port = free_port()
    command = ["node", str(cli), "-p", str(port), "-f", str(folder / "none.json"), "--strict", "--log-level", "warn"]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                break
        yield AiMock(port)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
