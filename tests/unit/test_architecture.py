"""Imports run one way (docs/architecture.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPECIALISTS = ("qma", "pma", "sca", "ema")
MAY_IMPORT = {
    "services/contract": {"services.contract"},
    "services/runtime": {"services.contract", "services.runtime"},
    "services/facts": {"services.contract", "services.facts"},
    "services/reader": {"services.contract", "services.facts", "services.reader"},
    "services/specialist": {"services.contract", "services.runtime", "services.specialist"},
    "services/coordinator": {
        "services.contract",
        "services.runtime",
        "services.facts",
        "services.reader",
        "services.coordinator",
    },
    **{
        f"services/coordinator/{room}": {
            "services.contract",
            "services.runtime",
            f"services.coordinator.{room}",
            *below,
        }
        for room, below in {
            "store": (),
            "plans": (),
            "conflicts": ("services.facts", "services.coordinator.precedence"),
            "preflight": ("services.coordinator.conflicts",),
            "access": ("services.coordinator.store", "services.coordinator.paging"),
            "vector_store": ("services.coordinator.store",),
        }.items()
    },
    "gateway": {"services.contract", "services.runtime", "gateway"},
    "cli": {"services.contract", "services.runtime", "cli"},
    **{
        f"services/{agent}": {"services.contract", "services.runtime", "services.specialist", f"services.{agent}"}
        for agent in SPECIALISTS
    },
}
LIGHT = (
    "services/contract",
    "services/runtime",
    "services/specialist",
    *(f"services/{agent}" for agent in SPECIALISTS),
)
# Imported only where this engine was chosen; tests/unit/openai/test_choice.py looks at the running process.
OPENAI_ENGINE = ROOT / "services" / "specialist" / "openai"
HEAVY = {"sqlalchemy", "alembic", "openai", "pypdfium2", "PIL", "docx", "openpyxl", "lxml", "rich", "typer"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def modules(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found, f"{folder} is empty"
    return found


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_rooms_import_only_what_they_may(folder: str) -> None:
    allowed = MAY_IMPORT[folder]
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(folder)
        for name in imports(path)
        if name.split(".")[0] in {"services", "cli", "gateway", "tests", "benchmarks", "samples"}
        and not any(f"{name}.".startswith(f"{room}.") for room in allowed)
    ]
    assert wrong == []


def test_the_readers_formats_know_nothing_of_its_pictures() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("services/reader/formats")
        for name in imports(path)
        if name.startswith("services.reader.pictures")
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", LIGHT)
def test_specialists_start_light(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(folder)
        if not path.is_relative_to(OPENAI_ENGINE)
        for name in imports(path)
        if name.split(".")[0] in HEAVY
    ]
    assert wrong == []
