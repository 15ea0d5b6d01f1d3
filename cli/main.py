"""The `buildplan` command."""

from __future__ import annotations

import typer

from cli import options
from cli.access import use_token
from cli.commands import backup, documents, local, plans, records, runs, sessions
from cli.output import buffer_stdout

app = typer.Typer(
    name="buildplan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Turns a customer's papers into a Strategic Build Plan whose every line cites its page.",
    epilog="Exit codes: 0 complete, 3 partial, 1 failed, 2 wrong usage. "
    "Commands other than plan and serve talk to a running system (--target or BUILDPLAN_TARGET).",
)


@app.callback()
def root(token: options.TokenOption = "", version: options.VersionOption = False) -> None:  # noqa: ARG001
    """Options of every command."""
    use_token(token)


for module in (local, sessions, documents, runs, records, plans, backup):
    module.register(app)


def main() -> None:
    """Entry point of the installed command."""
    buffer_stdout()
    app(prog_name="buildplan")


if __name__ == "__main__":
    main()
