"""The quality manager: what it writes and what it looks for."""

from pathlib import Path

from services.qma.looked_for import LOOKED_FOR
from services.qma.rules import RULES
from services.specialist.profile import Profile

PROFILE = Profile(
    agent="qma",
    title="Quality manager",
    version="3",
    rules=RULES,
    looked_for=LOOKED_FOR,
    prompt=Path(__file__).with_name("prompt.md"),
)
