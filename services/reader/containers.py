"""Zip containers (DOCX, XLSX): what is inside, and whether it may be unpacked."""

from __future__ import annotations

import io
import zipfile

from services.reader.content import Source
from services.reader.findings import RefusedError

_MAX_MEMBERS = 10_000
_SMALL = 1024 * 1024
_BOMB_RATIO = 400


def member_names(data: bytes) -> frozenset[str]:
    """Names of a zip file's members; empty when it is no zip file."""
    return frozenset(member.filename for member in _members(data) or ())


def check_zip(source: Source) -> None:
    """Raises RefusedError when the members are encrypted, too many or too large unpacked."""
    members = _members(source.data)
    if members is None:
        raise RefusedError(
            "UNREADABLE", "The file is damaged: its container cannot be opened.", "Save it again and upload it."
        )
    if any(member.flag_bits & 1 for member in members):
        raise RefusedError("ENCRYPTED", "The file is protected with a password.", "Upload it without the password.")
    total = sum(member.file_size for member in members)
    bomb = any(
        member.file_size > 20 * _SMALL and member.file_size > _BOMB_RATIO * max(1, member.compress_size)
        for member in members
    )
    if total > source.limits.max_unpacked_bytes or len(members) > _MAX_MEMBERS or bomb:
        most = source.limits.max_unpacked_bytes / _SMALL
        why = (
            f"more than {_BOMB_RATIO} times what it is packed into" if bomb else f"at most {most:,.0f} MB are unpacked"
        )
        raise RefusedError(
            "ZIP_BOMB",
            f"Unpacked the file would hold {total / _SMALL:,.0f} MB in {len(members):,} parts; {why}.",
            "Save it again without embedded media, or upload only the parts that are needed.",
        )


def _members(data: bytes) -> list[zipfile.ZipInfo] | None:
    """What is inside; None when it is no zip file, or a damaged one, of which the library says so in four ways."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
