"""What SECURITY.md claims is shown by tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
POLICY = (ROOT / "SECURITY.md").read_text()
PROOFS = sorted(set(re.findall(r"`(tests/[a-z0-9_/]+\.py(?:::\w+)?)`", POLICY)))


@pytest.mark.parametrize("proof", PROOFS)
def test_the_proof_is_there(proof: str) -> None:
    path, _, name = proof.partition("::")
    functions = [
        node.name
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    assert functions
    assert not name or name in functions


def test_every_row_has_one() -> None:
    rows = [line for line in POLICY.splitlines() if line.startswith("| ") and not line.startswith("| threat")]
    assert len(rows) > 20
    assert [row for row in rows if "`tests/" not in row] == []


def test_every_setting_that_it_names_exists() -> None:
    sources = "".join(path.read_text() for folder in ("services", "cli") for path in (ROOT / folder).rglob("*.py"))
    assert [name for name in set(re.findall(r"BUILDPLAN_[A-Z_]*[A-Z]", POLICY)) if name not in sources] == []
