"""What the protos say of resource names and methods: which fields hold names, which methods change or stream."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from google.api.resource_pb2 import resource, resource_reference  # type: ignore[import-untyped]
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.descriptor_pool import Default
from google.protobuf.message import Message

Path = tuple[str, ...]


@cache
def name_paths(message: Descriptor) -> tuple[Path, ...]:
    """Paths of the fields that name resources: those with google.api.resource_reference, and resources' own names."""
    return tuple(_paths(message))


def names_in(message: Message) -> Iterator[str]:
    """The resource names that a message holds, in the order of its fields; empty ones are left out."""
    for path in name_paths(message.DESCRIPTOR):
        value = message
        for field in path:
            value = getattr(value, field)
        if value:
            yield str(value)


@cache
def changes_something(method: str) -> bool:
    """False for a method ("/package.Service/Method") that the protos mark NO_SIDE_EFFECTS; KeyError for no method."""
    return bool(_described(method).GetOptions().idempotency_level != MethodOptions.NO_SIDE_EFFECTS)


@cache
def answers_by_stream(method: str) -> bool:
    """True for a method ("/package.Service/Method") that answers with many messages; KeyError for no method."""
    return bool(_described(method).server_streaming)


@cache
def asks_by_stream(method: str) -> bool:
    """True for a method ("/package.Service/Method") that is asked with many messages; KeyError for no method."""
    return bool(_described(method).client_streaming)


def _described(method: str) -> MethodDescriptor:
    service, _, name = method.removeprefix("/").partition("/")
    return Default().FindServiceByName(service).methods_by_name[name]


def _paths(message: Descriptor) -> Iterator[Path]:
    for field in message.fields:
        if _names_a_resource(field):
            yield (field.name,)
        elif field.message_type is not None and not field.is_repeated:
            yield from ((field.name, *path) for path in name_paths(field.message_type))


def _names_a_resource(field: FieldDescriptor) -> bool:
    message = field.containing_type
    is_own_name = field.name == "name" and message is not None and message.GetOptions().HasExtension(resource)
    return bool(is_own_name or field.GetOptions().HasExtension(resource_reference))
