"""What the README says to other systems works as it stands there."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from tests.fakes.process import AGENTS
from tests.integration.coordinator.house import House

pytestmark = pytest.mark.asyncio(loop_scope="package")
README = Path(__file__).parents[3] / "README.md"
DEFAULT_ADDRESS = "127.0.0.1:50051"


def client() -> str:
    """The program in the section for other systems."""
    section = README.read_text(encoding="utf-8").partition("## From another system, by gRPC\n")[2].partition("\n## ")[0]
    (program,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    return str(program)


async def run(program: str) -> list[list[str]]:
    """The words of each line that it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    printed, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, errors.decode()
    return [line.split() for line in printed.decode().splitlines()]


async def test_the_client_in_the_readme_runs_a_plan_and_is_about_ten_lines(house: House) -> None:
    program = client()
    assert DEFAULT_ADDRESS in program
    assert len([line for line in program.splitlines() if line.strip()]) <= 12
    session = await house.session_with_papers()
    here = program.replace(DEFAULT_ADDRESS, house.address)
    lines = await run(here)
    assert [line[0] for line in lines] == [str(number) for number in range(1, len(lines) + 1)]
    assert {line[1] for line in lines if len(line) > 1} == set(AGENTS)
    assert (await house.plan(session)).revision == 1
    assert await run(here) == lines
    assert (await house.plan(session)).revision == 1


async def test_every_service_answers_reflection(house: House) -> None:
    reflection: Any = reflection_pb2_grpc.ServerReflectionStub(house.channel)  # type: ignore[arg-type]
    names = [f"buildplan.v1.{service}Service" for service in ("Session", "Document", "Run", "Plan")]
    requests = [reflection_pb2.ServerReflectionRequest(list_services="")]
    requests += [reflection_pb2.ServerReflectionRequest(file_containing_symbol=name) for name in names]
    listed, *files = [answer async for answer in reflection.ServerReflectionInfo(iter(requests))]
    assert set(names) <= {service.name for service in listed.list_services_response.service}
    assert all(answer.file_descriptor_response.file_descriptor_proto for answer in files)
