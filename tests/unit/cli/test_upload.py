"""Which files a command line means, and how they are sent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.client import connect
from cli.errors import UsageError
from cli.upload import AT_ONCE, CHUNK_BYTES, Uploaded, collect, upload_all
from tests.unit.cli.coordinator import Coordinator


def make(folder: Path, *names: str) -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)


def test_folders_are_taken_with_all_below_sorted_and_without_hidden(tmp_path: Path) -> None:
    make(tmp_path, "b.txt", "a.txt", ".hidden", "z/y.txt", "m/x.txt", ".git/config")
    found = [str(file.relative_to(tmp_path)) for file in collect([tmp_path])]
    assert found == ["a.txt", "b.txt", "m/x.txt", "z/y.txt"]


def test_a_file_named_twice_is_sent_once(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "b.txt")
    assert collect([tmp_path / "b.txt", tmp_path]) == [tmp_path / "b.txt", tmp_path / "a.txt"]


def test_a_hidden_file_named_by_itself_is_meant(tmp_path: Path) -> None:
    make(tmp_path, ".a.txt")
    assert collect([tmp_path / ".a.txt"]) == [tmp_path / ".a.txt"]


def test_a_folder_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "locked"))

    make(tmp_path, "locked/a.txt")
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(UsageError, match=r"cannot read the folder .*locked: Permission denied"):
        collect([tmp_path / "locked"])


async def test_files_go_in_chunks_of_a_mebibyte(tmp_path: Path) -> None:
    (tmp_path / "large.bin").write_bytes(b"x" * (2 * CHUNK_BYTES + 5))
    (tmp_path / "empty.txt").touch()
    async with Coordinator() as coordinator, connect(coordinator.target) as client:
        uploads = await upload_all(client, "sessions/s", collect([tmp_path]), lambda _: None)
    assert [document.file_name for document in uploads.documents] == ["empty.txt", "large.bin"]
    assert coordinator.chunks == {"large.bin": [CHUNK_BYTES, CHUNK_BYTES, 5], "empty.txt": []}


async def test_no_more_than_a_few_go_at_once(tmp_path: Path) -> None:
    make(tmp_path, *(f"{number:02d}.txt" for number in range(12)))
    async with Coordinator() as coordinator, connect(coordinator.target) as client:
        await upload_all(client, "sessions/s", collect([tmp_path]), lambda _: None)
    assert 1 < coordinator.most_uploading <= AT_ONCE


@pytest.mark.parametrize(("lost", "said"), [(1, "larger than 64 MiB"), (99, "reason was lost; try again")])
async def test_a_refusal_whose_reason_is_lost_is_asked_for_again(tmp_path: Path, lost: int, said: str) -> None:
    make(tmp_path, "b.txt")
    async with (
        Coordinator(refused=frozenset({"b.txt"}), lost=lost) as coordinator,
        connect(coordinator.target) as client,
    ):
        uploads = await upload_all(client, "sessions/s", [tmp_path / "b.txt"], lambda _: None)
    assert said in str(uploads.failed[0].error)


async def test_a_bad_file_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "b.txt", "c.txt")
    files = [*collect([tmp_path]), tmp_path / "vanished.txt"]
    told: list[Uploaded] = []
    async with Coordinator(refused=frozenset({"b.txt"})) as coordinator, connect(coordinator.target) as client:
        uploads = await upload_all(client, "sessions/s", files, told.append)
    assert [document.file_name for document in uploads.documents] == ["a.txt", "c.txt"]
    assert [failed.path.name for failed in uploads.failed] == ["b.txt", "vanished.txt"]
    assert "larger than 64 MiB" in str(uploads.failed[0].error)
    assert "No such file" in str(uploads.failed[1].error)
    assert len(told) == 4
