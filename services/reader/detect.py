"""What a file is: by its first bytes and its container's members, and only then by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from buildplan.v1.document_pb2 import ReadingFinding
from services.reader.containers import member_names
from services.reader.findings import finding

_NAMES = {
    "pdf": ("pdf",), "docx": ("docx", "docm", "dotx"), "xlsx": ("xlsx", "xlsm", "xltx"), "msg": ("msg",),
    "doc": ("doc", "dot"), "png": ("png",), "jpeg": ("jpg", "jpeg"), "tiff": ("tif", "tiff"), "eml": ("eml",),
    "html": ("html", "htm", "xhtml"), "markdown": ("md", "markdown"), "csv": ("csv", "tsv"),
    "text": ("txt", "text", "log"),
}  # fmt: skip
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "msg": "application/vnd.ms-outlook",
    "doc": "application/msword",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "tiff": "image/tiff",
    "eml": "message/rfc822",
    "html": "text/html",
    "markdown": "text/markdown",
    "csv": "text/csv",
    "text": "text/plain",
    "unknown": "application/octet-stream",
}
_ZIP = b"PK\x03\x04"
_CONTAINERS = frozenset({"docx", "xlsx"})
"""What a zip file that cannot be opened is taken for by its name; its reader then says that it is damaged."""
_NO_FORMATS = frozenset({"unknown", "encrypted"})
_TEXTS = frozenset({"eml", "html", "markdown", "csv", "text"})
_BY_NAME = {name: kind for kind, names in _NAMES.items() for name in names}
_EMAIL = re.compile(rb"\A\s*(?:(?:[A-Za-z][A-Za-z0-9-]{1,40}:[^\n]*|[ \t][^\n]*)\r?\n){2,}", re.MULTILINE)
_EMAIL_FIELDS = re.compile(
    rb"^(?:from|received|message-id|mime-version|return-path|delivered-to):", re.MULTILINE | re.IGNORECASE
)
_EMAIL_SUBJECTS = re.compile(rb"^(?:subject|to|date|content-type|mime-version):", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Detected:
    """The format, a key of MEDIA_TYPES, and a finding when the file's name says something else."""

    format: str
    findings: tuple[ReadingFinding, ...] = ()


def detect(file_name: str, data: bytes) -> Detected:
    """The format of a file. Text formats are told apart by the name where the content allows it."""
    extension = file_name.rsplit(".", 1)[-1].lower() if "." in file_name else ""
    named = _BY_NAME.get(extension)
    found = _binary(data) or _textual(data, named)
    if found == "unknown" and named in _CONTAINERS and data.startswith(_ZIP):
        found = named
    if found in _NO_FORMATS or named is None or named == found or {named, found} <= _TEXTS:
        return Detected(found)
    return Detected(found, (_wrong(extension, found),))


def _wrong(extension: str, found: str) -> ReadingFinding:
    return finding(
        "WRONG_EXTENSION",
        f"The name ends in .{extension}, but the content is {found.upper()}; it was read as {found.upper()}.",
        "Check that this is the file you meant, and name it rightly.",
    )


def _binary(data: bytes) -> str:
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(_ZIP):
        return _zip_format(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound_format(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    return "tiff" if data.startswith((b"II*\x00", b"MM\x00*")) else ""


def _zip_format(data: bytes) -> str:
    names = member_names(data)
    if any(name.startswith("word/") for name in names):
        return "docx"
    return "xlsx" if any(name.startswith("xl/") for name in names) else "unknown"


def _compound_format(data: bytes) -> str:
    """Tells Word 97, Outlook and encrypted Office files apart by the names in the compound file's directory."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "encrypted"
    if "WordDocument".encode("utf-16-le") in data:
        return "doc"
    return "msg" if "__properties_version1.0".encode("utf-16-le") in data else "unknown"


def _textual(data: bytes, named: str | None) -> str:
    start = data[:8192]
    lower = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if lower.startswith((b"<!doctype html", b"<html")) or (named == "html" and b"<" in lower):
        return "html"
    if named == "eml" or (
        _EMAIL_FIELDS.search(start[:4096]) and _EMAIL_SUBJECTS.search(start[:4096]) and _EMAIL.match(start)
    ):
        return "eml"
    if b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "unknown"
    return named if named in {"markdown", "csv"} else "text"
