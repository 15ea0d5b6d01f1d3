"""A gateway in a process of its own before a coordinator that asks for certificates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import trustme

from services.runtime.settings import Environment
from tests.integration.gateway.processes import ServerProcess

AUTHORITY, STRANGER = trustme.CA(), trustme.CA()
HTML = {"accept": "text/html"}


def certificates(folder: Path, signer: trustme.CA, trusted: trustme.CA, name: str) -> dict[str, str]:
    """Settings with a certificate by one authority and trust in one."""
    folder.mkdir()
    signer.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(folder / "pair")
    trusted.cert_pem.write_to_path(folder / "ca")
    pair = str(folder / "pair")
    return {"BUILDPLAN_TLS_CERT": pair, "BUILDPLAN_TLS_KEY": pair, "BUILDPLAN_TLS_CA": str(folder / "ca")}


@pytest.fixture(scope="module")
def coordinator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("guarded")
    settings = certificates(folder / "tls", AUTHORITY, AUTHORITY, "127.0.0.1")
    process = ServerProcess.coordinator(folder, {"qma": "127.0.0.1:1"}, **settings)
    process.tls = Environment(settings).tls()
    with process:
        yield process.address


def test_a_certificate_of_the_authority_opens_the_coordinator(coordinator: str, tmp_path: Path) -> None:
    settings = certificates(tmp_path / "tls", AUTHORITY, AUTHORITY, "gateway.internal")
    with ServerProcess.gateway(coordinator, **settings) as gateway:
        made = httpx2.post(f"http://{gateway.address}/sessions", json={"metadata": {"project_name": "Guarded frame"}})
        assert made.status_code == 201, made.text
        page = httpx2.get(f"http://{gateway.address}/", headers=HTML)
        assert page.status_code == 200
        assert "Guarded frame" in page.text


@pytest.mark.parametrize("which", ["none", "by another authority", "trusting another authority"])
def test_without_one_the_page_says_what_to_compare(coordinator: str, tmp_path: Path, which: str) -> None:
    signer = STRANGER if which == "by another authority" else AUTHORITY
    trusted = STRANGER if which == "trusting another authority" else AUTHORITY
    settings = {} if which == "none" else certificates(tmp_path / "tls", signer, trusted, "gateway.internal")
    with ServerProcess.gateway(coordinator, **settings) as gateway:
        page = httpx2.get(f"http://{gateway.address}/", headers=HTML)
        assert page.status_code == 503
        assert "do not take each other" in page.text
        assert "BUILDPLAN_TLS_CERT" in page.text
        asked = httpx2.get(f"http://{gateway.address}/sessions")
        assert (asked.status_code, asked.json()["reason"]) == (503, "REFUSED_BY_TLS")
