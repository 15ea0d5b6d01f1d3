"""File names as users know them; never used as paths."""

from __future__ import annotations

from services.runtime.errors import InvalidArgument


def display_name(file_name: str) -> str:
    """The file's own name without folders; raises InvalidArgument when nothing is left."""
    name = file_name.replace("\\", "/").rpartition("/")[2].strip()
    printable = "".join(character for character in name if character.isprintable())[:255]
    if not printable:
        raise InvalidArgument("header.file_name", "a file needs a name")
    return printable
