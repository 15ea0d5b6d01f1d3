"""How large one message of a request may be, for each method: weighed before it is parsed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor_pool import Default
from google.protobuf.message import DecodeError

from services.runtime.channels import MAX_MESSAGE_BYTES
from services.runtime.errors import DomainError, InvalidArgument, ResourceExhausted

KIB = 1024
MIB = 1024 * KIB
_MOST_METHODS = 256 * KIB
_LARGER = {
    "buildplan.v1.DocumentService.UploadDocument": MIB + 64 * KIB,
    "buildplan.v1.PlanService.EditPlan": MIB,
    "buildplan.v1.SpecialistService.Estimate": MAX_MESSAGE_BYTES,
    "buildplan.v1.SpecialistService.Propose": MAX_MESSAGE_BYTES,
}
# Who is a little above a limit hears so in words of ours; the transport refuses what is far above it, unread.
HEARD_BYTES = 2 * MIB


def limit_of(method: str) -> int:
    """Bytes that one message to a method ("package.Service.Method") may have."""
    return _LARGER.get(method, _MOST_METHODS)


def transport_limit(services: list[str]) -> int:
    """Bytes above which a server of these services ("package.Service") refuses a message unread."""
    methods = [method.full_name for name in services for method in Default().FindServiceByName(name).methods]
    return max([HEARD_BYTES, *map(limit_of, methods)])


def within_limit(path: str, parse: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """`parse` for messages to "/package.Service/Method".

    One that cannot be taken becomes the DomainError to end the call with: raised here, it would be lost.
    """
    service, _, name = path.removeprefix("/").partition("/")
    limit = limit_of(f"{service}.{name}")

    def read(content: bytes) -> Any:
        if len(content) > limit:
            return _too_large(name, len(content), limit)
        try:
            return parse(content)
        except DecodeError:
            return InvalidArgument("request", f"these bytes are no message that {name} takes: compare the protos")

    return read


def _too_large(name: str, size: int, limit: int) -> DomainError:
    message = f"a message of {size} bytes; {name} takes at most {limit}: shorten its texts, or send less in each call"
    return ResourceExhausted("REQUEST_TOO_LARGE", message)
