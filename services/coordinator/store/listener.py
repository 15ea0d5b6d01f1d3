"""Hears what other coordinators tell through PostgreSQL, on one connection, which it makes anew whenever it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlalchemy import URL

from services.coordinator.store import changes
from services.runtime.logs import get_logger

_log = get_logger()
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.05, 2.0


class Listener:
    """`hear` is called with each change. While `live` is False nothing is heard, and one must look instead.

    `turned` is called whenever `live` has changed; what happened before that may have gone unheard.
    """

    def __init__(self, url: URL, hear: Callable[[str, str], None], turned: Callable[[], None]) -> None:
        self._conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._hear = hear
        self._turned = turned
        self._task: asyncio.Task[None] | None = None
        self._missed = False
        self.live = False

    def start(self) -> None:
        """Listens from now on."""
        self._task = asyncio.create_task(self._run(), name="listener")

    async def stop(self) -> None:
        """Ends the connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        import psycopg

        wait = _FIRST_WAIT_SECONDS
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                if self.live or wait == _FIRST_WAIT_SECONDS:
                    _log.warning("not listening to other coordinators", cause=str(error).strip())
                    self._missed = True
            wait = _FIRST_WAIT_SECONDS if self.live else min(2 * wait, _LONGEST_WAIT_SECONDS)
            self._turn(live=False)
            await asyncio.sleep(wait)

    async def _listen(self) -> None:
        import psycopg

        from services.coordinator.store.engines import POSTGRES_ARGUMENTS

        connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, **POSTGRES_ARGUMENTS)
        async with connection:
            await connection.execute(f"LISTEN {changes.CHANNEL}")
            self._turn(live=True)
            if self._missed:
                _log.info("listening to other coordinators again")
                self._missed = False
            async for notification in connection.notifies():
                for kind, run in changes.read(notification.payload):
                    self._hear(kind, run)

    def _turn(self, *, live: bool) -> None:
        if live != self.live:
            self.live = live
            self._turned()
