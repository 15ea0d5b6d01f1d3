"""The frame of every command: it runs, errors become one message, signals end it in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import grpc

from cli import exits
from cli.client import Client, connect
from cli.errors import CommandError, UsageError, describe_rpc_error
from cli.output import Output
from services.runtime import tracing
from services.runtime.settings import Environment, SettingError


def execute(work: Callable[[Output], Coroutine[Any, Any, int]], *, as_json: bool, target: str = "") -> int:
    """Runs `work` and returns its exit code. `target` is whom a failed call was made to."""
    output = Output(as_json)
    terminated: list[bool] = []
    try:
        tracing.configure("cli", Environment(os.environ))
        with tracing.span(" ".join(("buildplan", *sys.argv[1:2]))):
            return asyncio.run(_terminable(work(output), terminated))
    except CommandError as error:
        output.error(error)
        return error.exit_code
    except grpc.RpcError as error:
        described = describe_rpc_error(error, target)
        output.error(described)
        return described.exit_code
    except SettingError as error:
        described = UsageError(str(error))
        output.error(described)
        return described.exit_code
    except (KeyboardInterrupt, asyncio.CancelledError):
        return exits.TERMINATED if terminated else exits.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.FAILED
    finally:
        if not tracing.close():
            output.note("note: traces of this command did not reach OTEL_EXPORTER_OTLP_ENDPOINT")


def on_coordinator(work: Callable[[Client, Output], Awaitable[int]], target: str, as_json: bool) -> int:
    """Runs `work` with a client of the coordinator at `target`."""

    async def connected(output: Output) -> int:
        async with connect(target) as client:
            return await work(client, output)

    return execute(connected, as_json=as_json, target=target)


async def _terminable(work: Coroutine[Any, Any, int], terminated: list[bool]) -> int:
    """Lets SIGTERM and a closed terminal end the work as Ctrl-C does: cancelled once, so that it can clean up."""
    task = asyncio.ensure_future(work)

    def terminate() -> None:
        terminated.append(True)
        task.cancel()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, terminate)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # nohup has it ignored
        loop.add_signal_handler(signal.SIGHUP, terminate)
    return await task
