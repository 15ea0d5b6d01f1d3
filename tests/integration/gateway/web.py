"""A gateway on a real socket before a real coordinator, and a client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI

from gateway.app import create_app
from gateway.coordinator import Coordinator
from gateway.serving import start_gateway
from gateway.settings import GatewaySettings
from services.runtime.channels import open_channel
from services.runtime.identity import Identities
from services.runtime.settings import ServerSettings
from tests.fakes.specialist import FakeSpecialist
from tests.integration.coordinator.house import House

JSON = {"content-type": "application/json"}


class Web:
    """A house, and its gateway as a web client sees it."""

    def __init__(self, house: House, app: FastAPI, address: str, client: httpx2.AsyncClient) -> None:
        self.house = house
        self.app = app
        self.address = address
        self.http = client

    async def problem(self, answer: httpx2.Response, status: int, reason: str) -> dict[str, Any]:
        """The members of an answer that must be this problem."""
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        found: dict[str, Any] = answer.json()
        assert found["status"] == status
        assert found["reason"] == reason, found
        assert found["type"] == f"urn:buildplan:problem:{reason.lower().replace('_', '-')}"
        assert "Traceback" not in answer.text
        return found


@dataclass(frozen=True)
class Told:
    """A gateway before a coordinator whose specialists do as they are told."""

    web: Web
    fakes: dict[str, FakeSpecialist]

    @property
    def house(self) -> House:
        """The coordinator."""
        return self.web.house


@asynccontextmanager
async def open_web(
    house: House, settings: GatewaySettings | None = None, identities: Identities | None = None
) -> AsyncIterator[Web]:
    """A gateway in this process, on a free port."""
    settings = settings or GatewaySettings(coordinator=house.address)
    async with open_channel(house.address) as channel:
        app = create_app(settings, Coordinator.on(channel), identities)
        gateway = await start_gateway(app, ServerSettings(drain_seconds=1))
        async with httpx2.AsyncClient(base_url=f"http://{gateway.address}", timeout=20) as client:
            try:
                yield Web(house, app, gateway.address, client)
            finally:
                await gateway.drain(notice_seconds=0)
