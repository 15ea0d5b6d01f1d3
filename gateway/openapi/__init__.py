"""The OpenAPI document: its schemas are the protos', its descriptions their comments."""

from gateway.openapi.declare import answers, body, files, problems
from gateway.openapi.document import describe

__all__ = ["answers", "body", "describe", "files", "problems"]
