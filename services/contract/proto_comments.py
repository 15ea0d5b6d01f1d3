"""The protos' comments, read from the descriptor set that ships with the stubs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet

Path = tuple[int, ...]
_FILE_MESSAGE, _FILE_ENUM = 4, 5
_FIELD, _NESTED_MESSAGE, _NESTED_ENUM = 2, 3, 4
_VALUE = 2


@cache
def comments() -> dict[str, str]:
    """Full name of a message, field, enum or `{enum}.{value}` to its comment on one line."""
    described = FileDescriptorSet.FromString(files("buildplan.v1").joinpath("descriptors.binpb").read_bytes())
    return {name: text for file in described.file for name, text in _of_file(file)}


def _of_file(file: FileDescriptorProto) -> Iterator[tuple[str, str]]:
    names = dict(_names(file))
    for location in file.source_code_info.location:
        name = names.get(tuple(location.path))
        if name and location.leading_comments:
            yield name, " ".join(location.leading_comments.split())


def _names(file: FileDescriptorProto) -> Iterator[tuple[Path, str]]:
    for index, message in enumerate(file.message_type):
        yield from _of_message((_FILE_MESSAGE, index), f"{file.package}.{message.name}", message)
    for index, enum in enumerate(file.enum_type):
        yield from _of_enum((_FILE_ENUM, index), f"{file.package}.{enum.name}", enum)


def _of_message(path: Path, name: str, message: DescriptorProto) -> Iterator[tuple[Path, str]]:
    yield path, name
    for index, field in enumerate(message.field):
        yield (*path, _FIELD, index), f"{name}.{field.name}"
    for index, nested in enumerate(message.nested_type):
        yield from _of_message((*path, _NESTED_MESSAGE, index), f"{name}.{nested.name}", nested)
    for index, enum in enumerate(message.enum_type):
        yield from _of_enum((*path, _NESTED_ENUM, index), f"{name}.{enum.name}", enum)


def _of_enum(path: Path, name: str, enum: EnumDescriptorProto) -> Iterator[tuple[Path, str]]:
    yield path, name
    for index, value in enumerate(enum.value):
        yield (*path, _VALUE, index), f"{name}.{value.name}"
