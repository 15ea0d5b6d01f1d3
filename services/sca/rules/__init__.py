"""How the scheduler's findings are written."""

from services.sca.rules.dates import MILESTONES
from services.sca.rules.periods import TIME_BOXES
from services.sca.rules.risks import RISKS
from services.specialist.offline.rule import Rule

RULES = (
    MILESTONES,
    Rule("release_plan.do_early"),
    RISKS,
    TIME_BOXES,
    Rule("execution_strategy.notes"),
)
