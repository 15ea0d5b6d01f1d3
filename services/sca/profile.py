"""Scheduling: what it writes, computes and looks for."""

from pathlib import Path

from services.sca.conclusions import compute, derive
from services.sca.looked_for import LOOKED_FOR
from services.sca.rules import RULES
from services.specialist.profile import Profile

PROFILE = Profile(
    agent="sca",
    title="Scheduling",
    version="3",
    rules=RULES,
    looked_for=LOOKED_FOR,
    prompt=Path(__file__).with_name("prompt.md"),
    derive=derive,
    compute=compute,
)
