"""A plan as JSON, as the protos map to it."""

from __future__ import annotations

from google.protobuf.json_format import MessageToJson

from buildplan.v1.plan_pb2 import Plan


def to_json(plan: Plan) -> str:
    """The plan with the protos' field names; empty fields are left out; a line feed at the end."""
    return MessageToJson(plan, preserving_proto_field_name=True, ensure_ascii=False) + "\n"
