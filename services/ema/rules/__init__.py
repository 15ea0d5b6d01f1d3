"""How the engineering manager's findings are written."""

from services.ema.rules.called_up import REFERENCED_STANDARDS
from services.ema.rules.routing import ROUTING
from services.specialist.offline.rule import Rule

RULES = (
    Rule("engineering_instructions.exceptional_steps"),
    Rule("engineering_instructions.dfm_actions"),
    ROUTING,
    Rule("engineering_instructions.fixtures"),
    Rule("engineering_instructions.programs"),
    Rule("engineering_instructions.ctqs_for_routing"),
    Rule("engineering_instructions.open_items"),
    REFERENCED_STANDARDS,
)
