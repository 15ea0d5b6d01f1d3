"""What a run is doing: kept on a board, worded in one place, shown in one of three ways."""

from cli.progress.board import Board
from cli.progress.views import View, choose_view

__all__ = ["Board", "View", "choose_view"]
