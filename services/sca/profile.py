"""Scheduling: what it writes, computes and looks for."""

from services.sca.conclusions import derive
from services.sca.looked_for import LOOKED_FOR
from services.sca.rules import RULES
from services.specialist.profile import Profile

PROFILE = Profile(agent="sca", title="Scheduling", version="1", rules=RULES, looked_for=LOOKED_FOR, derive=derive)
