"""`python -m services.runtime.probe HOST:PORT` exits 0 when the server there is SERVING, else 1; also with a URL.

It shows the service's own certificate where the settings name one.
"""

from __future__ import annotations

import os
import sys
import urllib.request
from collections.abc import Sequence

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.runtime.settings import Environment, SettingError
from services.runtime.tls import Tls

_TIMEOUT_SECONDS = 2.0


def serving(address: str, tls: Tls | None = None) -> bool:
    """True when what is at `address` serves."""
    return not fault(address, tls)


def fault(address: str, tls: Tls | None) -> str:
    """Why nothing serves at `address`; empty when its gRPC health service says SERVING, or an http:// URL answers."""
    return _http_fault(address) if address.startswith("http://") else _grpc_fault(address, tls)


def _grpc_fault(address: str, tls: Tls | None) -> str:
    with _channel(address, tls) as channel:
        try:
            stub = health_pb2_grpc.HealthStub(channel)
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=_TIMEOUT_SECONDS)  # type: ignore[attr-defined]
        except grpc.RpcError as error:
            return str(error.code().name)
    return "" if answer.status == health_pb2.HealthCheckResponse.SERVING else "NOT_SERVING"


def _http_fault(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS):  # noqa: S310 - the scheme has been looked at
            return ""
    except OSError as error:
        return str(error)


def _channel(address: str, tls: Tls | None) -> grpc.Channel:
    if tls is None:
        return grpc.insecure_channel(address)
    return grpc.secure_channel(address, tls.channel_credentials(), tls.channel_options())


def main(arguments: Sequence[str]) -> str | None:
    """What is wrong, for the end of the process."""
    if len(arguments) != 1:
        return "it takes one HOST:PORT or http:// URL"
    (address,) = arguments
    try:
        found = fault(address, Environment(os.environ).tls())
    except SettingError as error:
        return str(error)
    return f"{address}: {found}" if found else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
