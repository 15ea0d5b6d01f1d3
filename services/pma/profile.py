"""The purchasing manager: what it writes, concludes and looks for."""

from pathlib import Path

from services.pma.conclusions import derive
from services.pma.looked_for import LOOKED_FOR
from services.pma.rules import RULES
from services.specialist.profile import Profile

PROFILE = Profile(
    agent="pma",
    title="Purchasing manager",
    version="3",
    rules=RULES,
    looked_for=LOOKED_FOR,
    prompt=Path(__file__).with_name("prompt.md"),
    derive=derive,
)
