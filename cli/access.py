"""What lets the command in: the caller's token and certificates."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import click

from cli.errors import UsageError
from services.runtime.settings import Environment, SettingError
from services.runtime.tls import Tls


@dataclass(frozen=True)
class Access:
    """Sent with every call: nothing, a token, a certificate or both."""

    token: str = field(repr=False)
    tls: Tls | None

    @staticmethod
    def of_command() -> Access:
        """From `buildplan --token`, else BUILDPLAN_TOKEN or its _FILE, and BUILDPLAN_TLS_CERT, _KEY and _CA."""
        environment = Environment(os.environ)
        context = click.get_current_context(silent=True)
        given = context.find_root().obj if context else None
        try:
            return Access(given or environment.secret("BUILDPLAN_TOKEN"), environment.tls())
        except SettingError as error:
            raise UsageError(str(error)) from error
