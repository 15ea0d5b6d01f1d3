"""Three ways to show a board: redrawn on a terminal, a line for each change in a pipe, JSON lines for programs."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from buildplan.v1.run_pb2 import RunEvent
from cli.output import Output, to_json
from cli.progress.board import Board
from cli.progress.wording import agent_line, run_line


class View(Protocol):
    """Shows a board while it is entered."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def show(self, event: RunEvent) -> None:
        """Hears of an event that the board has taken."""


class PlainView(AbstractContextManager["PlainView"]):
    """One line when an agent's state or attempt changes, and one when the run's state does."""

    def __init__(self, output: Output, board: Board) -> None:
        self._output = output
        self._board = board
        self._shown: dict[str, tuple[object, ...]] = {}

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, event: RunEvent) -> None:
        """Prints what changed."""
        if event.HasField("run_state"):
            self._output.say(run_line(event.run_state))
            return
        status = event.agent_status
        now = (status.state, status.attempt, status.next_attempt_time.seconds)
        if self._shown.get(status.agent) != now:
            self._shown[status.agent] = now
            self._output.say(agent_line(self._board, status.agent))


class JsonView(AbstractContextManager["JsonView"]):
    """Every event as the protos map to JSON."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, event: RunEvent) -> None:
        """Prints the event."""
        name = event.WhichOneof("event")
        self._output.record({"event": name, **to_json(event)})


def choose_view(output: Output, board: Board) -> View:
    """The view that fits where the output goes."""
    if output.as_json:
        return JsonView(output)
    if output.live:
        from cli.progress.live import LiveView

        return LiveView(board)
    return PlainView(output, board)
