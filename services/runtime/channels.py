"""Client channels with the options that measured well (docs/decisions/0003-grpc.md)."""

from __future__ import annotations

import json

import grpc

from services.runtime.addresses import target
from services.runtime.call_headers import header_interceptors
from services.runtime.tls import Tls

MAX_MESSAGE_BYTES = 256 * 1024 * 1024

# Each call goes to the next replica; one whose health service says NOT_SERVING, or that is gone, gets none.
_SERVICE_CONFIG = {"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": ""}}

_OPTIONS: tuple[tuple[str, int | str], ...] = (
    ("grpc.keepalive_time_ms", 1_500),
    ("grpc.keepalive_timeout_ms", 1_000),
    ("grpc.http2.ping_timeout_ms", 1_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.dns_min_time_between_resolutions_ms", 2_000),
    ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
)


def open_channel(address: str, tls: Tls | None = None, bearer: str = "") -> grpc.aio.Channel:
    """A channel to an address (see `addresses.target`); connects at the first call and reconnects by itself.

    Every call carries the token `bearer` where there is one, and the caller's span where anything is traced.
    """
    interceptors = header_interceptors(bearer)
    if tls is None:
        return grpc.aio.insecure_channel(target(address), options=_OPTIONS, interceptors=interceptors)
    options = (*_OPTIONS, *tls.channel_options())
    return grpc.aio.secure_channel(target(address), tls.channel_credentials(), options, interceptors=interceptors)
