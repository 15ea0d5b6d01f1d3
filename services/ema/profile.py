"""The engineering manager: what it writes, concludes and looks for."""

from services.ema.conclusions import derive
from services.ema.looked_for import LOOKED_FOR
from services.ema.rules import RULES
from services.specialist.profile import Profile

PROFILE = Profile(
    agent="ema", title="Engineering manager", version="1", rules=RULES, looked_for=LOOKED_FOR, derive=derive
)
