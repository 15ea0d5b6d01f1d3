"""One service's process: started with its log, asked for its health, stopped."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import grpc

from cli import exits
from cli.errors import CommandError
from cli.supervisor.health import healthy
from cli.supervisor.services import ServiceDefinition

START_SECONDS = 30.0
STOP_SECONDS = 10.0


class ServiceProcess:
    """A started process of `definition`; what it writes is appended to `log`."""

    def __init__(self, definition: ServiceDefinition, process: asyncio.subprocess.Process, log: Path, at: int) -> None:
        self.definition = definition
        self._process = process
        self._log = log
        self._log_start = at

    @staticmethod
    async def start(definition: ServiceDefinition, log: Path) -> ServiceProcess:
        """Starts the process in a group of its own, so that Ctrl-C reaches us alone."""
        command = [sys.executable, "-m", "cli.child", str(os.getpid()), definition.module]
        with log.open("ab") as stream:
            at = stream.tell()
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=definition.inherit(os.environ),
                start_new_session=True,
            )
        return ServiceProcess(definition, process, log, at)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    async def wait(self) -> int:
        """Until the process ends; minus a signal's number, or its exit code."""
        return await self._process.wait()

    async def serving(self) -> None:
        """Until the health service answers SERVING; raises CommandError when the process ends first or is too slow."""
        health, ended = (
            asyncio.ensure_future(healthy(self.definition, START_SECONDS)),
            asyncio.ensure_future(self.wait()),
        )
        try:
            await asyncio.wait({health, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not health.done():
                raise self._failure(f"ended with {describe_code(ended.result())} before it served", ended.result())
            await health
        except (grpc.aio.AioRpcError, TimeoutError) as error:
            why = error.details() if isinstance(error, grpc.aio.AioRpcError) else "it does not answer"
            raise self._failure(f"did not serve within {START_SECONDS:.0f} s ({why})", 1) from error
        finally:
            health.cancel()
            ended.cancel()

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL for one that does not end in time."""
        if self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self.wait(), STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self.wait()

    def _failure(self, what: str, code: int) -> CommandError:
        """A bad setting (exit code 2) is the caller's to mend, anything else is a failure."""
        details = tuple(filter(None, (self.last_words(),)))
        exit_code = exits.USAGE if code == exits.USAGE else exits.FAILED
        return CommandError(f"{self.definition.name} {what}", exit_code, "SERVICE_DOWN", details)

    def last_words(self) -> str:
        """The last line that this process wrote, without the frame of a structured log."""
        with self._log.open("rb") as stream:
            stream.seek(self._log_start)
            lines = stream.read().decode(errors="replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "")
        try:
            said = json.loads(last)
            return ": ".join(str(said[part]) for part in ("event", "cause") if part in said) or last
        except (ValueError, TypeError):
            return last.strip()


def describe_code(code: int) -> str:
    """`signal 9` or `exit code 1`."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"
