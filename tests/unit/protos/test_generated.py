"""The committed stubs are what the protos say, and the protos are clean."""

from __future__ import annotations

import filecmp
from pathlib import Path

from protos.generate import GENERATED, generate, lint


def test_committed_stubs_are_what_the_protos_generate(tmp_path: Path) -> None:
    generate(tmp_path)
    fresh = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    committed = {
        path.relative_to(GENERATED)
        for path in GENERATED.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert committed == fresh, "run `make protos` and commit the result"
    different = [name for name in sorted(fresh) if not filecmp.cmp(tmp_path / name, GENERATED / name, shallow=False)]
    assert different == [], "run `make protos` and commit the result"


def test_protos_pass_buf_lint() -> None:
    assert lint() == 0
