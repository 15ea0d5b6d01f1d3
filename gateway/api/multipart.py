"""multipart/form-data as it comes: no part is ever held whole, in memory or on disk."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from gateway.api.wire import stream
from gateway.problems import Problem

_LONGEST_FIELD = 1024
_End = Enum("_End", "PART")


@dataclass(frozen=True)
class _Head:
    name: str
    file_name: str | None


class Part:
    """One part of a form: a file when it has a `file_name`, else a field."""

    def __init__(self, head: _Head, form: _Form) -> None:
        self.name = head.name
        self.file_name = head.file_name
        self._form = form
        self._ended = False

    async def content(self) -> AsyncIterator[bytes]:
        """The part's bytes as they come; may be read once."""
        while not self._ended:
            event = await self._form.next()
            if isinstance(event, bytes):
                yield event
            else:
                self._ended = True

    async def text(self) -> str:
        """A field's value. Raises Problem for a long one."""
        value = bytearray()
        async for chunk in self.content():
            value += chunk
            if len(value) > _LONGEST_FIELD:
                raise Problem(413, f'field "{self.name}" is longer than {_LONGEST_FIELD} bytes', "FIELD_TOO_LARGE")
        return value.decode(errors="replace")


async def parts(request: Request) -> AsyncIterator[Part]:
    """The parts of the request's form, each to be read before the next is asked for. Raises Problem."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise Problem(415, "files are sent as multipart/form-data")
    try:
        form = _Form(request, options[b"boundary"])
    except FormParserError as error:
        raise _bad_form(str(error)) from error
    while (event := await form.next()) is not None:
        if isinstance(event, _Head):
            part = Part(event, form)
            yield part
            async for _ in part.content():
                """What the reader of the part has left."""


class _Form:
    """Turns the body into heads, bytes and ends, in their order."""

    def __init__(self, request: Request, boundary: bytes) -> None:
        self._body = stream(request)
        self._events: deque[_Head | bytes | _End] = deque()
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._disposition = b""
        self._closed = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._take_header,
                "on_headers_finished": self._take_head,
                "on_part_data": lambda data, start, end: self._events.append(bytes(data[start:end])),
                "on_part_end": lambda: self._events.append(_End.PART),
                "on_end": self._close,
            },
        )

    async def next(self) -> _Head | bytes | _End | None:
        """The next event, None after the last."""
        while not self._events:
            chunk = await anext(self._body, None)
            if chunk is None:
                self._check_end()
                return None
            try:
                self._parser.write(chunk)
            except FormParserError as error:
                raise _bad_form(str(error)) from error
        return self._events.popleft()

    def _check_end(self) -> None:
        """The body's end, which is the form's only behind its closing boundary; the parser's `finalize` takes any."""
        if not self._closed:
            raise _bad_form("it breaks off before its closing boundary")

    def _close(self) -> None:
        self._closed = True

    def _begin(self) -> None:
        self._disposition = b""

    def _take_header(self) -> None:
        field, value = self._header
        if field.lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = (bytearray(), bytearray())

    def _take_head(self) -> None:
        _, options = parse_options_header(self._disposition)
        file_name = options.get(b"filename")
        name = options.get(b"name", b"").decode(errors="replace")
        self._events.append(_Head(name, None if file_name is None else file_name.decode(errors="replace")))


def _bad_form(what: str) -> Problem:
    return Problem(400, f"the form cannot be read: {what}", "BAD_FORM")
