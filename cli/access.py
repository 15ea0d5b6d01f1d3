"""What lets the command in: the caller's token and certificates."""

from __future__ import annotations

import os
from contextvars import ContextVar
from dataclasses import dataclass, field

from cli.errors import UsageError
from services.runtime.settings import Environment, SettingError
from services.runtime.tls import Tls

_GIVEN: ContextVar[str] = ContextVar("token", default="")


def use_token(token: str) -> None:
    """Remembers what `buildplan --token` says, for the command that follows."""
    _GIVEN.set(token)


@dataclass(frozen=True)
class Access:
    """Sent with every call: nothing, a token, a certificate or both."""

    token: str = field(repr=False)
    tls: Tls | None

    @staticmethod
    def of_command() -> Access:
        """From `buildplan --token`, else BUILDPLAN_TOKEN or its _FILE, and BUILDPLAN_TLS_CERT, _KEY and _CA."""
        environment = Environment(os.environ)
        try:
            return Access(_GIVEN.get() or environment.secret("BUILDPLAN_TOKEN"), environment.tls())
        except SettingError as error:
            raise UsageError(str(error)) from error
