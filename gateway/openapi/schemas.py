"""JSON Schema of the protos' JSON: fields named as in the protos, none required, 64-bit integers as strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.api.field_behavior_pb2 import FieldBehavior, field_behavior  # type: ignore[import-untyped]
from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.descriptor_pool import Default

from services.contract.proto_comments import comments

Schema = dict[str, Any]
_PACKAGE = "buildplan.v1."
_WITHOUT = "-without-"
_INT32: Schema = {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}
_INT64: Schema = {"type": "string", "format": "int64", "pattern": r"^-?[0-9]{1,18}$"}
_SCALARS: dict[int, Schema] = {
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_INT32: _INT32,
    FieldDescriptor.TYPE_INT64: _INT64,
    FieldDescriptor.TYPE_FLOAT: {"type": "number", "format": "float"},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number", "format": "double"},
}
_WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?s$"},
    "google.protobuf.FieldMask": {"type": "string"},
}


def reference(full_name: str, without: Sequence[str] = ()) -> Schema:
    """`$ref` to the component of a message, or of what is left of it `without` some fields."""
    return {"$ref": "#/components/schemas/" + _WITHOUT.join((full_name.removeprefix(_PACKAGE), *without))}


def component(name: str) -> Schema:
    """The component that a reference to `name` points to; raises KeyError when no proto is called so."""
    name, *without = name.split(_WITHOUT)
    message = Default().FindMessageTypeByName(f"{_PACKAGE}{name}")
    return {
        "type": "object",
        "description": comments()[message.full_name],
        "properties": {field.name: _property(field) for field in message.fields if field.name not in without},
        "additionalProperties": False,
    }


def _property(field: FieldDescriptor) -> Schema:
    described: Schema = {"description": comments()[field.full_name]}
    if FieldBehavior.OUTPUT_ONLY in field.GetOptions().Extensions[field_behavior]:
        described["readOnly"] = True
    if field.is_repeated:
        return {"type": "array", "items": _value(field), **described}
    return {**_value(field), **described}


def _value(field: FieldDescriptor) -> Schema:
    if field.enum_type is not None:
        return _enum(field.enum_type)
    if field.message_type is not None:
        known = _WELL_KNOWN.get(field.message_type.full_name)
        return dict(known) if known else reference(field.message_type.full_name)
    return dict(_SCALARS[field.type])


def _enum(enum: EnumDescriptor) -> Schema:
    return {"type": "string", "enum": [value.name for value in enum.values]}
