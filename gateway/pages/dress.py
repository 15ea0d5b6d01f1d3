"""How pages are rendered: one Jinja environment, text from papers always escaped."""

from __future__ import annotations

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.pages import PACKAGE

_environment = Environment(
    loader=FileSystemLoader(PACKAGE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, **values: object) -> HTMLResponse:
    """The template as an answer that is read anew each time."""
    return HTMLResponse(_environment.get_template(template).render(values), headers={"Cache-Control": "no-store"})
