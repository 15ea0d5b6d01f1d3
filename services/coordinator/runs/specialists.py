"""The specialists that a coordinator calls, in the order of its settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc

from buildplan.v1.specialist_service_pb2_grpc import SpecialistServiceStub
from services.runtime.channels import open_channel
from services.runtime.errors import InvalidArgument
from services.runtime.tls import Tls

if TYPE_CHECKING:
    from buildplan.v1.specialist_service_pb2_grpc import SpecialistServiceAsyncStub


@dataclass(frozen=True)
class Specialist:
    """One agent and the way to it."""

    agent: str
    address: str
    channel: grpc.aio.Channel
    stub: SpecialistServiceAsyncStub


class Specialists:
    """All agents, in the order in which their statuses are shown."""

    def __init__(self, specialists: Sequence[Specialist]) -> None:
        self._by_agent = {specialist.agent: specialist for specialist in specialists}

    @staticmethod
    def connect(addresses: Mapping[str, str], tls: Tls | None = None) -> Specialists:
        """Opens one channel for each `agent -> host:port`; nothing is connected before the first call."""
        return Specialists([_specialist(agent, address, tls) for agent, address in addresses.items()])

    def __iter__(self) -> Iterator[Specialist]:
        return iter(self._by_agent.values())

    def __getitem__(self, agent: str) -> Specialist:
        return self._by_agent[agent]

    def __contains__(self, agent: str) -> bool:
        return agent in self._by_agent

    def chosen(self, agents: Sequence[str]) -> list[str]:
        """`agents` in the order of the settings, all of them when it is empty; InvalidArgument for an unknown one."""
        for agent in agents:
            self.known("agents", agent)
        return [agent for agent in self._by_agent if not agents or agent in agents]

    def known(self, field: str, agent: str) -> str:
        """`agent`; InvalidArgument about `field` when there is no such agent."""
        if agent not in self._by_agent:
            raise InvalidArgument(field, f'there is no agent "{agent[:50]}"; there are {", ".join(self._by_agent)}')
        return agent

    async def close(self) -> None:
        """Closes the channels; calls under way are cancelled."""
        for specialist in self:
            await specialist.channel.close()


def _specialist(agent: str, address: str, tls: Tls | None) -> Specialist:
    channel = open_channel(address, tls)
    return Specialist(agent, address, channel, SpecialistServiceStub(channel))
