"""The board on a terminal, redrawn several times a second."""

from __future__ import annotations

from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import RunEvent
from cli.progress.board import Board
from cli.progress.wording import agent_line, run_line

_STYLES = {
    AgentStatus.STATE_IDLE: "dim",
    AgentStatus.STATE_RUNNING: "cyan",
    AgentStatus.STATE_COMPLETE: "green",
    AgentStatus.STATE_ERROR: "bold red",
}
_REDRAWS_PER_SECOND = 8
_BAR_WIDTH = 40


class LiveView:
    """One line for each agent and a bar for the run."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._console = Console()
        self._live = Live(
            get_renderable=self._render, console=self._console, refresh_per_second=_REDRAWS_PER_SECOND, transient=True
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves the last state on the screen, in full length."""
        self._live.stop()
        for line in self._lines():
            self._console.print(line, soft_wrap=True)

    def show(self, event: RunEvent) -> None:
        """The next redraw shows it."""

    def _lines(self) -> list[Text]:
        board = self._board
        return [Text(agent_line(board, agent), _STYLES.get(board.agents[agent].state, "")) for agent in board.agents]

    def _render(self) -> Group:
        for line in (lines := self._lines()):
            line.no_wrap, line.overflow = True, "ellipsis"
        bar = Table.grid(padding=(0, 1))
        percent = self._board.percent
        bar.add_row(
            ProgressBar(total=100, completed=percent, width=_BAR_WIDTH),
            f"{percent:3.0f} %",
            Text(run_line(self._board.run), "dim", no_wrap=True, overflow="ellipsis"),
        )
        return Group(*lines, bar)
