"""The OpenAPI document: its schemas are the protos', its descriptions their comments."""

from gateway.openapi.declare import answers, body, files, problems, stream
from gateway.openapi.document import describe
from gateway.openapi.schemas import reference

__all__ = ["answers", "body", "describe", "files", "problems", "reference", "stream"]
