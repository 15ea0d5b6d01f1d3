"""The strict JSON Schema of what a language model must return: a Patch with its agent's own sections.

Derived from the descriptors, so that the protos stay the only model of a plan. Kept to what strict structured
outputs allow: every object lists all its properties as required and admits no others, `$ref` stands alone.
"""

from __future__ import annotations

from functools import cache

from google.api.field_behavior_pb2 import FieldBehavior, field_behavior  # type: ignore[import-untyped]
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from buildplan.v1.plan_pb2 import Patch, Sections
from services.contract.ownership import sections_of
from services.contract.proto_comments import comments

Schema = dict[str, object]
_SCALARS = {
    FieldDescriptor.CPPTYPE_STRING: "string",
    FieldDescriptor.CPPTYPE_BOOL: "boolean",
    FieldDescriptor.CPPTYPE_INT32: "integer",
    FieldDescriptor.CPPTYPE_UINT32: "integer",
    FieldDescriptor.CPPTYPE_INT64: "integer",
    FieldDescriptor.CPPTYPE_UINT64: "integer",
    FieldDescriptor.CPPTYPE_FLOAT: "number",
    FieldDescriptor.CPPTYPE_DOUBLE: "number",
}


def schema_for(agent: str) -> Schema:
    """JSON Schema (2020-12) of the Patch that `agent` returns; raises ValueError for an agent without sections."""
    if not sections_of(agent):
        raise ValueError(f'"{agent}" owns no section of a plan')
    return _Writer(agent).root()


@cache
def fields_for(agent: str, message: Descriptor) -> tuple[FieldDescriptor, ...]:
    """The fields of `message` that the model fills: not what code fills, and of Sections only the agent's own."""
    fields = [field for field in message.fields if FieldBehavior.OUTPUT_ONLY not in _behaviors(field)]
    if message is Sections.DESCRIPTOR:
        fields = [field for field in fields if field.name in sections_of(agent)]
    return tuple(fields)


def is_nullable(field: FieldDescriptor) -> bool:
    """True for a scalar marked `optional`."""
    return field.message_type is None and field.has_presence


def enum_names(enum: EnumDescriptor) -> list[str]:
    """The values that may be given: all but the zero value, which means "not set"."""
    return [value.name for value in enum.values if value.number != 0]


def _behaviors(field: FieldDescriptor) -> list[int]:
    return list(field.GetOptions().Extensions[field_behavior])


class _Writer:
    """Writes one schema; messages that occur in lists become `$defs`."""

    def __init__(self, agent: str) -> None:
        self._agent = agent
        self._definitions: dict[str, Schema] = {}

    def root(self) -> Schema:
        body = self._object(Patch.DESCRIPTOR)
        return {**body, "$defs": self._definitions}

    def _object(self, message: Descriptor, description: str = "") -> Schema:
        properties = {field.name: self._property(field) for field in fields_for(self._agent, message)}
        return {
            "type": "object",
            "description": description or comments()[message.full_name],
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    def _property(self, field: FieldDescriptor) -> Schema:
        description = comments()[field.full_name]
        if field.message_type is not None and not field.is_repeated:
            return self._object(field.message_type, description)
        if field.is_repeated:
            return {"type": "array", "description": description, "items": self._item(field)}
        return {**self._scalar(field), "description": self._with_values(field, description)}

    def _item(self, field: FieldDescriptor) -> Schema:
        message = field.message_type
        if message is None:
            return self._scalar(field)
        if message.name not in self._definitions:
            self._definitions[message.name] = self._object(message)
        return {"$ref": f"#/$defs/{message.name}"}

    def _scalar(self, field: FieldDescriptor) -> Schema:
        name = "string" if field.enum_type is not None else _SCALARS[field.cpp_type]
        schema: Schema = {"type": [name, "null"] if is_nullable(field) else name}
        if field.enum_type is not None:
            names: list[str | None] = list(enum_names(field.enum_type))
            schema["enum"] = [*names, None] if is_nullable(field) else names
        return schema

    def _with_values(self, field: FieldDescriptor, description: str) -> str:
        enum = field.enum_type
        if enum is None:
            return description
        meanings = [f"{name}: {comments()[f'{enum.full_name}.{name}']}" for name in enum_names(enum)]
        return " ".join([description, *meanings])
