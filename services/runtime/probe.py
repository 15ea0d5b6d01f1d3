"""`python -m services.runtime.probe HOST:PORT` exits 0 when the server there is SERVING, else 1.

It shows the service's own certificate where the settings name one.
"""

from __future__ import annotations

import os
import sys

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.runtime.settings import Environment, SettingError
from services.runtime.tls import Tls

_TIMEOUT_SECONDS = 2.0


def serving(address: str, tls: Tls | None = None) -> bool:
    """True when the health service at `address` answers SERVING in time."""
    with _channel(address, tls) as channel:
        try:
            stub = health_pb2_grpc.HealthStub(channel)
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=_TIMEOUT_SECONDS)  # type: ignore[attr-defined]
        except grpc.RpcError as error:
            print(f"{address}: {error.code().name}", file=sys.stderr)
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def _channel(address: str, tls: Tls | None) -> grpc.Channel:
    if tls is None:
        return grpc.insecure_channel(address)
    return grpc.secure_channel(address, tls.channel_credentials(), tls.channel_options())


if __name__ == "__main__":
    try:
        sys.exit(0 if serving(sys.argv[1], Environment(os.environ).tls()) else 1)
    except SettingError as error:
        sys.exit(str(error))
