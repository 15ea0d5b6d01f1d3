"""How the quality manager's findings are written."""

from services.qma.rules.ctqs import CTQS
from services.qma.rules.hold_points import HOLD_POINTS
from services.specialist.offline.rule import Rule

RULES = (
    CTQS,
    Rule("quality_plan.inspection_levels"),
    Rule("quality_plan.passivation"),
    Rule("quality_plan.cleanliness"),
    HOLD_POINTS,
    Rule("quality_plan.required_tests"),
    Rule("quality_plan.documentation"),
    Rule("quality_plan.metrology"),
)
