"""Mutual TLS between services: each side shows a certificate, and takes only one of the same authority."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

import grpc


class BadCertificates(ValueError):
    """The files are not what TLS needs; the message says which and why."""


@dataclass(frozen=True)
class Tls:
    """PEM of one's own certificate chain, its key and the authority that signs everybody's.

    `server_name` is the name that servers' certificates bear; empty means that of the address which is called.
    """

    certificate: bytes
    key: bytes = field(repr=False)
    authority: bytes
    server_name: str = ""

    @staticmethod
    def load(certificate: Path, key: Path, authority: Path, server_name: str = "") -> Tls:
        """From three files; raises BadCertificates."""
        context = ssl.create_default_context()
        try:
            context.load_cert_chain(certificate, key, password=lambda: "")
            context.load_verify_locations(authority)
            return Tls(certificate.read_bytes(), key.read_bytes(), authority.read_bytes(), server_name)
        except (OSError, ssl.SSLError) as error:
            files = f'"{certificate}", "{key}" and "{authority}"'
            what = f"{files} are no certificate, its key and an authority that can be read: {error}"
            raise BadCertificates(what) from error

    def server_credentials(self) -> grpc.ServerCredentials:
        """Clients without a certificate of the authority are refused in the handshake."""
        pair = [(self.key, self.certificate)]
        return grpc.ssl_server_credentials(pair, root_certificates=self.authority, require_client_auth=True)

    def channel_credentials(self) -> grpc.ChannelCredentials:
        """Servers without a certificate of the authority are refused in the handshake."""
        return grpc.ssl_channel_credentials(self.authority, self.key, self.certificate)

    def channel_options(self) -> tuple[tuple[str, str], ...]:
        """Which name servers must show."""
        return (("grpc.ssl_target_name_override", self.server_name),) if self.server_name else ()
