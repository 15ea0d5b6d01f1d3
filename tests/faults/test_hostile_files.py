"""Thirty hostile files are uploaded to a coordinator: what each costs, and what goes on serving."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import grpc
import psutil
import pytest

from buildplan.v1.document_service_pb2 import UploadHeader
from services.runtime.channels import open_channel
from services.runtime.probe import serving
from tests.faults.figures import Figures
from tests.faults.hostile_papers import HOSTILE
from tests.faults.processes import Peak, processor_seconds
from tests.integration.coordinator.house import House, requests
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.processes import ServerProcess

CPU_SECONDS, COORDINATORS_SECONDS, MEGABYTES, PATIENCE = 10.0, 1.0, 512.0, 120.0


@dataclass(frozen=True)
class Cost:
    """What one file did; `coordinators` is the part of its processor time that no child spent."""

    name: str
    cpu: float
    coordinators: float
    megabytes: float
    outcome: str


@pytest.mark.timeout(600)
async def test_hostile_files(tmp_path: Path, figures: Figures) -> None:
    chosen = list(HOSTILE)[:: figures.sized(1, short=5)]
    with ServerProcess.coordinator(tmp_path, {}, BUILDPLAN_READER_CHILDREN="1") as coordinator:
        async with open_channel(coordinator.address) as channel:
            house = House(coordinator.address, channel, tmp_path)
            session = await house.session()
            await house.upload(session, "first.md", DRAWING)
            costs = [await cost_of(house, session, name, psutil.Process(coordinator.pid)) for name in chosen]
            after = await house.upload(session, "last.md", DRAWING + b"\n")
            left = house.temporary_files()
        alive = serving(coordinator.address)
    for cost in costs:
        seconds = f"{cost.cpu:.1f} s, {cost.coordinators:.1f} s of it the coordinator's"
        figures.note(f"{cost.name}: {cost.outcome}", f"{seconds}, {cost.megabytes:.0f} MB")
    figures.exactly("files that cost more than 10 s of processor", sum(cost.cpu > CPU_SECONDS for cost in costs), 0)
    burdens = sum(cost.coordinators > COORDINATORS_SECONDS for cost in costs)
    figures.exactly("files of which the coordinator itself did more than 1 s", burdens, 0)
    figures.exactly("files that cost more than 512 MB", sum(cost.megabytes > MEGABYTES for cost in costs), 0)
    figures.exactly("answers that are our fault", sum(cost.outcome == "INTERNAL" for cost in costs), 0)
    figures.exactly("files left on the disk", len(left), 0)
    figures.exactly("coordinator serves and reads on", int(alive and after.document.page_count > 0), 1)


async def cost_of(house: House, session: str, name: str, coordinator: psutil.Process) -> Cost:
    content = await asyncio.to_thread(HOSTILE[name])
    before, own = processor_seconds(coordinator), sum(coordinator.cpu_times()[:2])
    async with Peak(coordinator) as peak:
        outcome = await uploaded(house, session, name, content)
    spent, own = processor_seconds(coordinator) - before, sum(coordinator.cpu_times()[:2]) - own
    return Cost(name, spent, own, peak.childs_megabytes, outcome)


async def uploaded(house: House, session: str, name: str, content: bytes) -> str:
    """The codes of what was found, or the status of the refusal."""
    try:
        header = UploadHeader(parent=session, file_name=name)
        answer = await house.documents.UploadDocument(requests(header, content), timeout=PATIENCE)
    except grpc.aio.AioRpcError as error:
        return str(error.code().name)
    codes = dict.fromkeys(
        finding.code for document in (answer.document, *answer.attachments) for finding in document.findings
    )
    return " ".join(codes) or "read"
