"""When certificates expire: services show it of what they have loaded, warn at their start, and serve all the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from tests.ports import free_ports

AUTHORITY = trustme.CA()
NOW = datetime.now(UTC).replace(microsecond=0)
BEGIN = NOW - timedelta(days=30)
SETTINGS = ("BUILDPLAN_TLS_CERT", "BUILDPLAN_TLS_KEY", "BUILDPLAN_TLS_CA")
GAUGE = re.compile(r"^buildplan_certificate_expiry_timestamp_seconds (\S+)$", re.MULTILINE)


def write(folder: Path, end: datetime, *authorities: bytes) -> dict[str, str]:
    """Settings with a certificate that expires at `end`, and other authorities beside its own."""
    issued = AUTHORITY.issue_cert("127.0.0.1", not_before=BEGIN, not_after=end)
    issued.private_key_and_cert_chain_pem.write_to_path(folder / "pair")
    (folder / "ca").write_bytes(b"".join([AUTHORITY.cert_pem.bytes(), *authorities]))
    return dict(zip(SETTINGS, (str(folder / name) for name in ("pair", "pair", "ca")), strict=True))


def authority(end: datetime) -> bytes:
    """One that expires at `end`; trustme's last for many years."""
    key, name = generate_private_key(SECP256R1()), x509.Name([])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), BEGIN, end)
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM)


class Started:
    """What a service that serves has said of certificates, and shows of them."""

    def __init__(self, log: list[dict[str, str]], port: int) -> None:
        self.warnings = [line for line in log if line["level"] == "warning" and "certificate" in line["event"]]
        self._port = port

    def gauge(self) -> float | None:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=5) as answer:
            found = GAUGE.search(answer.read().decode())
        return float(found[1]) if found else None


@contextmanager
def started(module: str, folder: Path, settings: dict[str, str]) -> Iterator[Started]:
    port = free_ports(2)
    own = {"BUILDPLAN_PORT": str(port), "BUILDPLAN_METRICS_PORT": str(port + 1), "BUILDPLAN_DATA": str(folder)}
    environment = {**os.environ, **own, **settings}
    with subprocess.Popen([sys.executable, "-m", module], env=environment, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        try:
            yield Started(list(until_serving(process.stderr)), port + 1)
        finally:
            process.terminate()
            process.communicate(timeout=20)
    assert process.returncode == 0


def until_serving(lines: Iterable[bytes]) -> Iterator[dict[str, str]]:
    for line in lines:
        yield (said := json.loads(line))
        if said["event"] == "serving":
            return


@pytest.mark.parametrize("module", ["services.coordinator", "services.qma", "gateway"])
def test_every_service_shows_what_it_has_loaded(module: str, tmp_path: Path) -> None:
    end = NOW + timedelta(days=20)
    with started(module, tmp_path, write(tmp_path, end)) as service:
        write(tmp_path, NOW + timedelta(days=200))
        assert (service.gauge(), service.warnings) == (end.timestamp(), [])


@pytest.mark.parametrize("days", [13, -1])
@pytest.mark.parametrize("setting", ["BUILDPLAN_TLS_CERT", "BUILDPLAN_TLS_CA"])
def test_the_first_to_expire_counts_and_is_named_at_the_start(days: int, setting: str, tmp_path: Path) -> None:
    first, later = NOW + timedelta(days=days), NOW + timedelta(days=14, hours=1)
    ends = (first, later) if setting == "BUILDPLAN_TLS_CERT" else (later, first)
    with started("services.qma", tmp_path, write(tmp_path, ends[0], authority(ends[1]))) as service:
        assert service.gauge() == first.timestamp()
        (warning,) = service.warnings
        assert (warning["setting"], warning["expires"]) == (setting, first.isoformat())


def test_a_certificate_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    settings = write(tmp_path, NOW + timedelta(days=1))
    trusted = AUTHORITY.cert_pem.bytes().replace(b" CERTIFICATE-", b" TRUSTED CERTIFICATE-")
    (tmp_path / "ca").write_bytes(trusted)
    with started("services.qma", tmp_path, settings) as service:
        assert service.gauge() is None
        (warning,) = service.warnings
        assert "PEM" in warning["error"]


def test_a_service_without_certificates_shows_none(tmp_path: Path) -> None:
    with started("services.qma", tmp_path, dict.fromkeys(SETTINGS, "")) as service:
        assert (service.gauge(), service.warnings) == (None, [])


def test_without_certificates_the_library_is_not_loaded() -> None:
    code = "import services.specialist.process, sys; assert 'cryptography' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
