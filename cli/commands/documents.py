"""`upload` and `documents`."""

from __future__ import annotations

from typing import Annotated

import typer
from google.protobuf.field_mask_pb2 import FieldMask

from buildplan.v1.document_pb2 import Document
from buildplan.v1.document_service_pb2 import DeleteDocumentRequest, ListDocumentsRequest, UpdateDocumentRequest
from cli import exits, options
from cli.choices import choose_document, choose_session
from cli.client import CALL_SECONDS, DEFAULT_TARGET, Client
from cli.commands.sessions import PANEL
from cli.errors import UsageError
from cli.execution import on_coordinator
from cli.output import Output
from cli.planning import tell_uploaded
from cli.upload import collect, upload_all
from cli.wording import count, document_line, kind_name, kind_names, parse_kind, reading_lines
from services.contract.names import last_id

UPLOAD_HELP = """Sends files and folders to a session; one that fails is reported and the others go on.

Examples:

    buildplan upload papers/
    buildplan upload drawing.pdf po.pdf --session 4f1a9c2b7d10
"""
CORRECT_HELP = """Corrects what the reader guessed of a document; a new kind also sets its precedence.

Example:

    buildplan documents correct doc-5f2c --kind purchase-order --revision C
"""
DocumentArgument = Annotated[str, typer.Argument(help="Document, its full name or its ID.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("upload", help=UPLOAD_HELP, rich_help_panel=PANEL)(upload)
    group = typer.Typer(help="Lists documents; `correct` and `delete` them.", invoke_without_command=True)
    group.callback()(list_documents)
    group.command("correct", help=CORRECT_HELP)(correct)
    group.command("delete")(delete)
    app.add_typer(group, name="documents", rich_help_panel=PANEL)


def upload(
    files: options.FilesArgument,
    session: options.SessionOption = "",
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """See UPLOAD_HELP."""

    async def work(client: Client, output: Output) -> int:
        found = collect(files)
        name = await choose_session(client, output, session, only=True)
        uploads = await upload_all(client, name, found, lambda uploaded: tell_uploaded(output, uploaded))
        output.say(f"Stored {len(found) - len(uploads.failed)} of {count(len(found), 'file')} in {name}")
        if not uploads.failed:
            return exits.COMPLETE
        return exits.PARTIAL if uploads.documents else exits.FAILED

    raise typer.Exit(on_coordinator(work, target, as_json))


def list_documents(
    context: typer.Context,
    session: options.SessionOption = "",
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """Lists a session's documents; `correct` and `delete` change them."""
    if context.invoked_subcommand:
        return

    async def work(client: Client, output: Output) -> int:
        name = await choose_session(client, output, session)
        answer = await client.documents.ListDocuments(ListDocumentsRequest(parent=name), timeout=CALL_SECONDS)
        for document in answer.documents:
            output.record(document)
        titles = ("document", "kind", "precedence", "rev", "pages", "file")
        output.table(titles, [_row(document) for document in answer.documents], "the session has no documents yet")
        for line in (line for document in answer.documents for line in reading_lines(document)):
            output.say(line)
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


def correct(  # noqa: PLR0913, PLR0917 - each is an option of the command
    document: DocumentArgument,
    kind: Annotated[str, typer.Option("--kind", help=f"One of: {', '.join(kind_names())}.")] = "",
    precedence: Annotated[int, typer.Option("--precedence", min=0, help="1 overrides 2 and so on.")] = 0,
    revision: Annotated[str | None, typer.Option("--revision", help='Revision; "" for none.')] = None,
    number: Annotated[str | None, typer.Option("--number", help='Document number; "" for none.')] = None,
    issue_date: Annotated[str | None, typer.Option("--issue-date", help="ISO 8601 date.")] = None,
    session: options.SessionOption = "",
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """See CORRECT_HELP."""

    async def work(client: Client, output: Output) -> int:
        values = {"revision": revision, "number": number, "issue_date": issue_date}
        changes: dict[str, object] = {field: value for field, value in values.items() if value is not None}
        if kind:
            changes["kind"] = _kind(kind)
        if precedence:
            changes["precedence"] = precedence
        if not changes:
            raise UsageError("there is nothing to correct; give --kind, --revision or another option")
        name = await choose_document(client, output, session, document)
        corrected = Document(name=name, **changes)  # type: ignore[arg-type]
        request = UpdateDocumentRequest(document=corrected, update_mask=FieldMask(paths=list(changes)))
        answer = await client.documents.UpdateDocument(request, timeout=CALL_SECONDS)
        output.say(document_line(answer.document))
        output.record(answer.document)
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


def delete(
    document: DocumentArgument,
    session: options.SessionOption = "",
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """Deletes a document and its attachments."""

    async def work(client: Client, output: Output) -> int:
        name = await choose_document(client, output, session, document)
        await client.documents.DeleteDocument(DeleteDocumentRequest(name=name), timeout=CALL_SECONDS)
        output.say(f"{name} is gone")
        output.record({"event": "deleted", "name": name})
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


def _kind(text: str) -> object:
    try:
        return parse_kind(text)
    except ValueError as error:
        raise UsageError(f"--kind {text}: it takes one of {', '.join(kind_names())}") from error


def _row(document: Document) -> tuple[str, ...]:
    kind = kind_name(document.kind) + (" (corrected)" if document.kind_corrected else "")
    pages = str(document.page_count)
    return (last_id(document.name), kind, str(document.precedence), document.revision or "-", pages, document.file_name)
