"""Every method that a coordinator serves, and requests for them that name given resources."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.api.resource_pb2 import resource, resource_reference  # type: ignore[import-untyped]
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import Default
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from services.contract.resources import name_paths

# What a valid request of a method holds beside names.
REST: dict[str, dict[str, Any]] = {
    "CreateSession": {"metadata": {"project_name": "Frame", "customer": "Acme"}},
    "UpdateSession": {"session": {"metadata": {"customer": "Changed"}}, "update_mask": "metadata.customer"},
    "ResolveConflict": {"value": "?", "note": "chosen"},
    "UploadDocument": {"header": {"file_name": "more.md"}},
    "UpdateDocument": {"document": {"kind": "DOCUMENT_KIND_DRAWING"}, "update_mask": "kind"},
    "GetPage": {"number": 1},
    "RenderPage": {"number": 1},
    "LocateQuote": {"number": 1, "quote": "passivation"},
    "RetryAgent": {"agent": "qma"},
    "EditPlan": {"etag": "?", "edits": [{"statement_id": "?", "text": "Changed"}]},
    "ExportPlan": {"format": "EXPORT_FORMAT_MARKDOWN"},
}


@dataclass(frozen=True)
class Method:
    """One method of a served service."""

    descriptor: MethodDescriptor

    @property
    def path(self) -> str:
        return f"/{self.descriptor.containing_service.full_name}/{self.descriptor.name}"

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        return name_paths(self.descriptor.input_type)

    def request(self, *resources: Mapping[str, str]) -> Message:
        """Names its first resource out of the first mapping (type to name), its second out of the second one."""
        request: Message = ParseDict(REST.get(self.descriptor.name, {}), GetMessageClass(self.descriptor.input_type)())
        for place, path in enumerate(self.names):
            *above, last = path
            message: Any = request
            for field in above:
                message = getattr(message, field)
            setattr(message, last, resources[min(place, len(resources) - 1)][_type(message, last)])
        return request

    async def call(self, channel: grpc.aio.Channel, request: Message) -> list[Message]:
        """All that is answered; raises grpc.aio.AioRpcError."""

        async def requests() -> AsyncIterator[Message]:
            yield request

        streams_in, streams_out = self.descriptor.client_streaming, self.descriptor.server_streaming
        kind = f"{'stream' if streams_in else 'unary'}_{'stream' if streams_out else 'unary'}"
        answer = GetMessageClass(self.descriptor.output_type).FromString
        method = getattr(channel, kind)(self.path, lambda message: message.SerializeToString(), answer)
        started = method(requests() if streams_in else request, timeout=20)
        return [response async for response in started] if streams_out else [await started]


async def served_methods(channel: grpc.aio.Channel) -> list[Method]:
    """By the server's own reflection, so that none can be left out here."""
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)  # type: ignore[arg-type]
    call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))  # type: ignore[operator]
    async for answer in call:
        names = [service.name for service in answer.list_services_response.service]
        break
    call.cancel()
    services = [Default().FindServiceByName(name) for name in names if name.startswith("buildplan.")]
    return [Method(method) for service in services for method in service.methods]


def _type(message: Message, field: str) -> str:
    options = message.DESCRIPTOR.fields_by_name[field].GetOptions()
    if options.HasExtension(resource_reference):
        return str(options.Extensions[resource_reference].type)
    return str(message.DESCRIPTOR.GetOptions().Extensions[resource].type)
