"""The component mtls: each service shows a certificate by the name that it is called by, and its probes pass."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from services.runtime.addresses import is_loopback
from tests.integration.deployment.kustomize import MANIFESTS, Manifest, load
from tests.integration.deployment.test_kubernetes import (
    AGENTS,
    ROOT,
    SERVICES,
    container,
    find,
    pod,
    settings_of,
)
from tests.ports import free_port

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
LAYOUT = ("tls.crt", "tls.key", "ca.crt")
AUTHORITY = trustme.CA()


def certificate(name: str) -> Manifest:
    """What cert-manager is asked for."""
    made = load((MANIFESTS / "mtls" / "certificates.yaml").read_text())
    (found,) = (each for each in made if each["kind"] == "Certificate" and each["metadata"]["name"] == name)
    spec: Manifest = found["spec"]
    return spec


def issue(name: str, folder: Path) -> None:
    """The Secret of a service, with the names that its certificate is to have, in cert-manager's layout."""
    asked = certificate(name)
    issued = AUTHORITY.issue_cert(*asked["dnsNames"], *asked["ipAddresses"])
    chain = b"".join(part.bytes() for part in issued.cert_chain_pems)
    for file, content in zip(LAYOUT, (chain, issued.private_key_pem.bytes(), AUTHORITY.cert_pem.bytes()), strict=True):
        (folder / file).write_bytes(content)


@pytest.mark.parametrize("name", SERVICES)
def test_the_certificate_is_mounted_where_the_settings_look_for_it(name: str) -> None:
    (volume,) = (each for each in pod(name, "mtls")["volumes"] if each["name"] == "tls")
    assert volume["secret"]["secretName"] == certificate(name)["secretName"]
    (mount,) = (each for each in container(name, "mtls")["volumeMounts"] if each["name"] == "tls")
    told = settings_of(name, "mtls")
    files = [told[f"BUILDPLAN_TLS_{part}"] for part in ("CERT", "KEY", "CA")]
    assert files == [f"{mount['mountPath']}/{file}" for file in LAYOUT]
    assert "BUILDPLAN_PLAINTEXT" not in told


def hosts(addresses: str) -> Iterator[str]:
    """The names that a client expects in the certificates of `name=dns:///host:port,…`."""
    for address in addresses.split(","):
        yield address.partition("dns:///")[2].rpartition(":")[0]


def test_certificates_bear_the_names_that_are_called() -> None:
    called = list(hosts(settings_of("coordinator")["BUILDPLAN_SPECIALISTS"]))
    called += hosts(settings_of("gateway")["BUILDPLAN_TARGET"])
    assert called == [*AGENTS, "coordinator"]
    for host in called:
        assert find("Service", host)["spec"]["clusterIP"] == "None"
        assert host in certificate(host)["dnsNames"]


@pytest.mark.parametrize("name", [*AGENTS, "coordinator"])
def test_no_probe_is_left_that_cannot_speak_tls(name: str) -> None:
    for probe in (container(name, "mtls")[each] for each in PROBES):
        assert "grpc" not in probe
        *_, address = probe["exec"]["command"]
        host, _, port = address.rpartition(":")
        assert is_loopback(host)
        assert host in certificate(name)["ipAddresses"]
        assert port == settings_of(name)["BUILDPLAN_PORT"]
        assert probe["timeoutSeconds"] > 2, "an interpreter starts, and then asks for 2 s"
    assert "appProtocol" not in find("Service", name, "mtls")["spec"]["ports"][0]


def here(name: str, folder: Path, port: int) -> dict[str, str]:
    """The environment of a service's container, with its files in `folder` and ports of this machine."""
    told = {key: value.replace("/run/secrets/tls", str(folder)) for key, value in settings_of(name, "mtls").items()}
    own = {"BUILDPLAN_PORT": str(port), "BUILDPLAN_METRICS_PORT": str(free_port()), "BUILDPLAN_DATA": str(folder)}
    return {**os.environ, **told, **own}


@contextmanager
def serving(name: str, environment: dict[str, str]) -> Iterator[None]:
    _, *command = container(name)["command"]
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(20) == 0


async def test_the_probe_of_a_pod_passes_with_its_own_certificate_and_fails_with_none(tmp_path: Path) -> None:
    issue("qma", tmp_path)
    port = free_port()
    environment = here("qma", tmp_path, port)
    python, *arguments = container("qma", "mtls")["readinessProbe"]["exec"]["command"]
    assert python == "python"
    probe = [sys.executable, *(each.replace(":50051", f":{port}") for each in arguments)]

    async def code(**changed: str) -> int:
        asking = await asyncio.create_subprocess_exec(
            *probe, cwd=ROOT, env={**environment, **changed}, stderr=subprocess.DEVNULL
        )
        return await asking.wait()

    with serving("qma", environment):
        async with asyncio.timeout(30):
            while await code():
                await asyncio.sleep(0.2)
        assert await code(**{f"BUILDPLAN_TLS_{part}": "" for part in ("CERT", "KEY", "CA")}) == 1
