"""Mutual TLS: who shows a certificate of the same authority is let in, and nobody else."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
import trustme

from buildplan.v1.specialist_service_pb2 import DescribeRequest, ProposeRequest
from buildplan.v1.specialist_service_pb2_grpc import SpecialistServiceStub
from services.runtime.channels import open_channel
from services.runtime.remote import read_error
from services.runtime.server import start_server
from services.runtime.settings import Environment, ServerSettings, SettingError
from services.runtime.tls import Tls
from tests.integration.runtime.echo import echo_server

AUTHORITY, STRANGER = trustme.CA(), trustme.CA()


def issued(authority: trustme.CA, *names: str, trusted: trustme.CA | None = None) -> Tls:
    """A certificate for `names` by one authority, with trust in it or in another."""
    certificate = authority.issue_cert(*names)
    chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    return Tls(chain, certificate.private_key_pem.bytes(), (trusted or authority).cert_pem.bytes())


SERVER = issued(AUTHORITY, "127.0.0.1", "localhost")
CLIENT = issued(AUTHORITY, "client.example")


@asynccontextmanager
async def call(channel: grpc.aio.Channel) -> AsyncIterator[str]:
    """The agent that answers on a channel, in a stream too."""
    async with channel:
        stub = SpecialistServiceStub(channel)
        described = await stub.Describe(DescribeRequest(), timeout=5)
        streamed = [answer async for answer in stub.Propose(ProposeRequest(), timeout=5)]
        assert streamed[0].description == described
        yield described.agent


async def refused(channel: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        async with call(channel):
            pass
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert read_error(caught.value).refused_by_tls, caught.value.details()


async def test_a_certificate_of_the_same_authority_is_let_in() -> None:
    async with echo_server(settings=ServerSettings(tls=SERVER)) as (server, _):
        async with call(open_channel(server.address, CLIENT)) as agent:
            assert agent == "echo"
        async with call(open_channel(server.address, CLIENT, bearer="a-token-that-is-not-asked-for")) as agent:
            assert agent == "echo"


def without_tls(address: str) -> grpc.aio.Channel:
    return open_channel(address)


def without_a_certificate(address: str) -> grpc.aio.Channel:
    return grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(AUTHORITY.cert_pem.bytes()))


def of_another_authority(address: str) -> grpc.aio.Channel:
    return open_channel(address, issued(STRANGER, "client.example", trusted=AUTHORITY))


@pytest.mark.parametrize("client", [without_tls, without_a_certificate, of_another_authority])
async def test_nobody_else_is(client: type) -> None:
    async with echo_server(settings=ServerSettings(tls=SERVER)) as (server, servicer):
        await refused(client(server.address))
        assert servicer.peers == set()


async def test_a_server_that_the_client_does_not_trust_is_told_nothing() -> None:
    impostor = issued(STRANGER, "127.0.0.1", trusted=AUTHORITY)
    async with echo_server(settings=ServerSettings(tls=impostor)) as (server, servicer):
        await refused(open_channel(server.address, CLIENT))
        assert servicer.peers == set()
    async with echo_server() as (plain, servicer):
        await refused(open_channel(plain.address, CLIENT))
        assert servicer.peers == set()


async def test_a_server_that_is_not_there_is_not_taken_for_one_that_refuses() -> None:
    async with echo_server(settings=ServerSettings(tls=SERVER)) as (server, _):
        channel = open_channel(server.address, CLIENT)
        await SpecialistServiceStub(channel).Describe(DescribeRequest(), timeout=5)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        async with call(channel):
            pass
    error = read_error(caught.value)
    assert (error.unreachable, error.refused_by_tls) == (True, False)


async def test_a_name_that_is_not_the_addresss_can_be_expected() -> None:
    async with echo_server(settings=ServerSettings(tls=issued(AUTHORITY, "qma.internal"))) as (server, _):
        await refused(open_channel(server.address, CLIENT))
        async with call(open_channel(server.address, replace(CLIENT, server_name="qma.internal"))) as agent:
            assert agent == "echo"


async def test_a_name_with_many_addresses_is_the_one_that_a_certificate_must_bear() -> None:
    async with echo_server(settings=ServerSettings(tls=issued(AUTHORITY, "localhost"))) as (server, _):
        port = server.address.rpartition(":")[2]
        async with call(open_channel(f"dns:///localhost:{port}", CLIENT)) as agent:
            assert agent == "echo"
        await refused(open_channel(f"dns:///127.0.0.1:{port}", CLIENT))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """The settings of a service with certificates in files."""
    for name, content in (("cert", SERVER.certificate), ("key", SERVER.key), ("ca", SERVER.authority)):
        (tmp_path / name).write_bytes(content)
    return {f"BUILDPLAN_TLS_{name.upper()}": str(tmp_path / name) for name in ("cert", "key", "ca")}


async def test_the_probe_shows_the_services_own_certificate(files: dict[str, str]) -> None:
    command = [sys.executable, "-m", "services.runtime.probe"]
    settings = ServerSettings.read(Environment({**files, "BUILDPLAN_PORT": "0"}), 0)
    async with echo_server(settings=settings) as (server, _):
        for variables, code in ((files, 0), ({}, 1)):
            environment = {**os.environ, **variables}
            process = await asyncio.create_subprocess_exec(
                *command, server.address, env=environment, stderr=subprocess.DEVNULL
            )
            assert await process.wait() == code


@pytest.mark.parametrize("missing", ["CERT", "KEY", "CA"])
def test_half_of_the_settings_stop_the_service(files: dict[str, str], missing: str) -> None:
    del files[f"BUILDPLAN_TLS_{missing}"]
    with pytest.raises(SettingError, match="belong together"):
        ServerSettings.read(Environment(files), 0)


def test_files_that_do_not_fit_stop_the_service_and_tell_no_key(files: dict[str, str], tmp_path: Path) -> None:
    key = CLIENT.key.decode()
    for name, content in (("key", key), ("key", "no key"), ("cert", ""), ("ca", "no authority")):
        kept = (tmp_path / name).read_text()
        (tmp_path / name).write_text(content)
        with pytest.raises(SettingError, match="BUILDPLAN_TLS_CERT") as caught:
            ServerSettings.read(Environment(files), 0)
        assert key.splitlines()[1] not in str(caught.value)
        (tmp_path / name).write_text(kept)
    with pytest.raises(SettingError, match="No such file"):
        ServerSettings.read(Environment({**files, "BUILDPLAN_TLS_CA": str(tmp_path / "none")}), 0)


async def test_without_certificates_a_server_is_for_loopback() -> None:
    everywhere = ServerSettings(host="0.0.0.0")  # noqa: S104
    with pytest.raises(SettingError, match="BUILDPLAN_PLAINTEXT"):
        await start_server([], everywhere)
    for settings in (
        replace(everywhere, tls=SERVER),
        replace(everywhere, plaintext_allowed=True),
        ServerSettings(host="localhost"),
        ServerSettings(host="127.0.0.2"),
    ):
        await (await start_server([], settings)).drain(0)
