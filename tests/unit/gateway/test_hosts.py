"""Which Host headers are ours."""

from __future__ import annotations

from gateway.access.hosts import allowed_hosts, host_name

ANYWHERE = ".".join("0000")


def test_hosts() -> None:
    assert allowed_hosts("127.0.0.1", ["plan.example"]) == {"localhost", "127.0.0.1", "::1", "plan.example"}
    assert allowed_hosts(ANYWHERE, []) == frozenset()
    assert allowed_hosts(ANYWHERE, ["plan.example"]) == {"plan.example"}
    assert host_name("Plan.Example:80") == "plan.example"
    assert host_name("[::1]:80") == "::1"
