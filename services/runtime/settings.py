"""Settings: read once from an injected mapping into frozen values; a bad value stops the process with a message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.runtime.addresses import BadAddress, target
from services.runtime.tls import BadCertificates, Tls


class SettingError(Exception):
    """A setting is missing, malformed or contradictory; print the message and stop with exit code 2."""


@dataclass(frozen=True)
class Environment:
    """Typed reading of environment variables; every error names the variable and what it takes."""

    values: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        """The variable, or `default` when it is unset or empty."""
        return self.values.get(name, "").strip() or default

    def integer(self, name: str, default: int, *, minimum: int = 0, maximum: int = 2**31 - 1) -> int:
        """A whole number within the bounds."""
        return int(self._number(name, default, minimum, maximum, int))

    def number(self, name: str, default: float, *, minimum: float = 0.0, maximum: float = 1e9) -> float:
        """A number within the bounds; units are the setting's own (seconds unless it says otherwise)."""
        return float(self._number(name, default, minimum, maximum, float))

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """One of `choices`."""
        value = self.text(name, default).lower()
        if value not in choices:
            raise SettingError(f'{name} is "{value}"; it takes one of: {", ".join(choices)}')
        return value

    def path(self, name: str, default: Path) -> Path:
        """A path; a leading ~ is the home folder."""
        return Path(self.text(name, str(default))).expanduser()

    def secret(self, name: str) -> str:
        """The variable, or the content of the file that `name`_FILE names; "" when neither is set.

        Errors never show the value.
        """
        path = self.text(f"{name}_FILE", "")
        if not path:
            return self.text(name, "")
        if self.text(name, ""):
            raise SettingError(f"{name} and {name}_FILE are both set; unset one of them")
        try:
            return Path(path).expanduser().read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            cause = error.strerror if isinstance(error, OSError) else "it is no text"
            raise SettingError(f'{name}_FILE is "{path}", which cannot be read: {cause}') from error

    def tls(self) -> Tls | None:
        """From the files BUILDPLAN_TLS_CERT, _KEY and _CA, and BUILDPLAN_TLS_SERVER_NAME; None when none is set."""
        names = [f"BUILDPLAN_TLS_{part}" for part in ("CERT", "KEY", "CA")]
        found = [self.path(name, Path()) for name in names if self.text(name, "")]
        name = self.text("BUILDPLAN_TLS_SERVER_NAME", "")
        if not found and not name:
            return None
        if len(found) < len(names):
            raise SettingError(f"{', '.join(names)} belong together; set all of them or none")
        try:
            certificate, key, authority = found
            return Tls.load(certificate, key, authority, name)
        except BadCertificates as error:
            raise SettingError(f"{', '.join(names)}: {error}") from error

    def addresses(self, name: str, default: Mapping[str, str]) -> dict[str, str]:
        """`name=address` pairs joined by commas, in their order; an address is what `addresses.target` takes."""
        text = self.text(name, "")
        if not text:
            return dict(default)
        pairs = [entry.partition("=") for entry in text.split(",") if entry.strip()]
        found = {key.strip(): address.strip() for key, _, address in pairs}
        if len(found) < len(pairs) or not all(key and address for key, address in found.items()):
            raise SettingError(f'{name} is "{text}"; it takes distinct pairs such as "qma=127.0.0.1:50061,pma=…"')
        for address in found.values():
            _check(name, address)
        return found

    def address(self, name: str, default: str) -> str:
        """What `addresses.target` takes."""
        address = self.text(name, default)
        _check(name, address)
        return address

    def _number(self, name: str, default: float, minimum: float, maximum: float, parse: type[int | float]) -> float:
        text = self.text(name, "")
        try:
            value = parse(text) if text else default
        except ValueError:
            value = float("nan")
        if not minimum <= value <= maximum:
            raise SettingError(f'{name} is "{text}"; it takes a number from {minimum} to {maximum}')
        return value


def _check(name: str, address: str) -> None:
    try:
        target(address)
    except BadAddress as error:
        raise SettingError(f"{name}: {error}") from error


def names_read(read: Callable[[Environment], object], **values: str) -> frozenset[str]:
    """The variables that `read` looks at where these `values` alone are set."""
    asked = _Asked(values)
    read(Environment(asked))
    return frozenset(asked.names)


class _Asked(dict[str, str]):
    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        self.names.add(name)
        return super().get(name, default)


@dataclass(frozen=True)
class ServerSettings:
    """What every server is told.

    `port` 0 takes any free one. After SIGTERM a server says for `drain_notice_seconds` that it does not serve, but
    takes new calls, for balancers to look elsewhere; then calls in flight may go on for `drain_seconds`, of which 0
    means an end at once. `maximum_concurrent_rpcs` 0 means no limit. A connection is closed after `max_connection_age`
    seconds, so that its client looks for new replicas; calls on it may go on for `max_connection_age_grace`. Age 0
    means never. A call whose client streams ends when its next message is not there after `request_idle_seconds`.
    Without `tls` a gRPC server takes calls from loopback alone, unless `plaintext_allowed` says that the
    network between the services is private. Prometheus finds metrics at `metrics_port`; 0 means that there are none.
    """

    host: str = "127.0.0.1"
    port: int = 0
    drain_seconds: float = 5.0
    drain_notice_seconds: float = 0.3
    maximum_concurrent_rpcs: int = 10_000
    max_connection_age: float = 0.0
    max_connection_age_grace: float = 600.0
    request_idle_seconds: float = 60.0
    metrics_port: int = 0
    log_level: str = "info"
    log_format: str = "json"
    tls: Tls | None = None
    plaintext_allowed: bool = False

    @staticmethod
    def read(environment: Environment, default_port: int) -> ServerSettings:
        """From BUILDPLAN_HOST, _PORT, _DRAIN_SECONDS, _MAX_CONCURRENT_RPCS, _LOG_LEVEL and so on."""
        return ServerSettings(
            host=environment.text("BUILDPLAN_HOST", "127.0.0.1"),
            port=environment.integer("BUILDPLAN_PORT", default_port, maximum=65535),
            drain_seconds=environment.number("BUILDPLAN_DRAIN_SECONDS", 5.0, maximum=3600),
            drain_notice_seconds=environment.number("BUILDPLAN_DRAIN_NOTICE_SECONDS", 0.3, maximum=3600),
            maximum_concurrent_rpcs=environment.integer("BUILDPLAN_MAX_CONCURRENT_RPCS", 10_000),
            max_connection_age=environment.number("BUILDPLAN_MAX_CONNECTION_AGE_SECONDS", 0.0, maximum=86_400),
            max_connection_age_grace=environment.number(
                "BUILDPLAN_MAX_CONNECTION_AGE_GRACE_SECONDS", 600.0, maximum=86_400
            ),
            request_idle_seconds=environment.number("BUILDPLAN_REQUEST_IDLE_SECONDS", 60.0, minimum=0.1, maximum=3600),
            metrics_port=environment.integer("BUILDPLAN_METRICS_PORT", 0, maximum=65535),
            log_level=environment.choice("BUILDPLAN_LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
            log_format=environment.choice("BUILDPLAN_LOG_FORMAT", "json", ("json", "text")),
            tls=environment.tls(),
            plaintext_allowed=environment.choice("BUILDPLAN_PLAINTEXT", "refuse", ("refuse", "allow")) == "allow",
        )
