"""The one repair: the model is shown its own answer and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.specialist.openai.answer import Answer
from services.specialist.openai.reply import Reply

_MOST_FLAWS = 40
_MOST_CHARACTERS = 60_000


def repair_messages(reply: Reply, flaws: Sequence[str]) -> list[dict[str, Any]]:
    """What follows the prompt when an answer is sent back: the answer, then its flaws."""
    more = f"\n- and {len(flaws) - _MOST_FLAWS} more of the same kind" if len(flaws) > _MOST_FLAWS else ""
    listed = "\n".join(f"- {flaw}" for flaw in flaws[:_MOST_FLAWS])
    text = (
        "Your answer cannot be used as it is:\n"
        f"{listed}{more}\n"
        "Give the whole answer again with these points corrected and everything else as it was. Copy quotes letter by "
        "letter out of the passage that you name. Where the papers do not say it, make the line BASIS_INFERRED or "
        "leave it out, and ask instead."
    )
    messages: list[dict[str, Any]] = []
    if said := reply.text[:_MOST_CHARACTERS]:
        messages.append({"type": "message", "role": "assistant", "content": said})
    # Flaws quote the answer, and so the papers: they are told as a user, whose words weigh less than instructions.
    messages.append({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})
    return messages


def better(first: Answer, second: Answer) -> Answer:
    """The answer with fewer flaws; the later one when they are equal."""
    return first if len(first.flaws) < len(second.flaws) else second
