"""Client channels with the options that measured well (docs/decisions/0003-grpc.md)."""

from __future__ import annotations

import json

import grpc

MAX_MESSAGE_BYTES = 256 * 1024 * 1024

_OPTIONS: tuple[tuple[str, int | str], ...] = (
    ("grpc.keepalive_time_ms", 2_000),
    ("grpc.keepalive_timeout_ms", 1_000),
    ("grpc.http2.ping_timeout_ms", 1_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.service_config", json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})),
)


def open_channel(address: str) -> grpc.aio.Channel:
    """A channel to `host:port` or `dns:///host:port`; connects at the first call and reconnects by itself."""
    return grpc.aio.insecure_channel(address, options=_OPTIONS)
