"""The engineering manager: what it writes, concludes and looks for."""

from pathlib import Path

from services.ema.conclusions import derive
from services.ema.looked_for import LOOKED_FOR
from services.ema.rules import RULES
from services.specialist.profile import Profile

PROFILE = Profile(
    agent="ema",
    title="Engineering manager",
    version="3",
    rules=RULES,
    looked_for=LOOKED_FOR,
    prompt=Path(__file__).with_name("prompt.md"),
    derive=derive,
)
