"""How pages are rendered: one Jinja environment, text from papers always escaped."""

from __future__ import annotations

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.pages import PACKAGE
from gateway.pages.views import wording
from services.contract.names import last_id
from services.contract.usage import dollars, money, tokens

_environment = Environment(
    loader=FileSystemLoader(PACKAGE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(
    agent_title=wording.agent_title,
    cells=wording.cells,
    count=wording.count,
    dollars=dollars,
    heading=wording.heading,
    id=last_id,
    iso=wording.iso,
    money=money,
    seconds=wording.seconds,
    sentence=wording.sentence,
    size=wording.size,
    tokens=tokens,
    when=wording.when,
    words=wording.words,
)


def text(template: str, **values: object) -> str:
    """The template as HTML."""
    return _environment.get_template(template).render(values)


def page(template: str, **values: object) -> HTMLResponse:
    """The template as an answer."""
    return answer(text(template, **values))


def answer(html: str) -> HTMLResponse:
    """`html` as an answer that is read anew each time."""
    return HTMLResponse(html, headers={"Cache-Control": "no-store"})
