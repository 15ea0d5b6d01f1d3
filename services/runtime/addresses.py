"""Where a service is: one address, a DNS name with many, or a list of its replicas."""

from __future__ import annotations

import ipaddress

LIST = "+"
_DNS = "dns:///"


class BadAddress(ValueError):
    """Not an address that a channel can be opened to; the message says what is wrong with it."""


def target(address: str) -> str:
    """The gRPC target of `host:port`, `dns:///name:port` or `1.2.3.4:5+1.2.3.5:5`; raises BadAddress.

    A list takes IP addresses: gRPC resolves one name and no more, and a name with many addresses is `dns:///`.
    """
    replicas = [replica.strip() for replica in address.split(LIST)]
    if len(replicas) == 1:
        _host_and_port(address.removeprefix(_DNS))
        return address
    versions = {_version(replica) for replica in replicas}
    if len(versions) > 1:
        raise BadAddress(f'"{address}" mixes IPv4 and IPv6')
    return f"ipv{versions.pop()}:{','.join(replicas)}"


def is_loopback(host: str) -> bool:
    """True when only this machine reaches `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _version(replica: str) -> int:
    host = _host_and_port(replica)
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).version
    except ValueError:
        what = f'"{replica}" in a list is no IP address with a port; for names take dns:///name:port'
        raise BadAddress(what) from None


def _host_and_port(address: str) -> str:
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isdigit():
        raise BadAddress(f'"{address}" is no address; it takes HOST:PORT, such as 127.0.0.1:50051')
    return host
