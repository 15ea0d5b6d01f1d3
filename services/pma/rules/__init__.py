"""How the purchasing manager's findings are written."""

from services.pma.rules.long_lead import LONG_LEAD
from services.specialist.offline.rule import Rule

RULES = (
    LONG_LEAD,
    Rule("purchasing.materials"),
    Rule("purchasing.quantities"),
    Rule("purchasing.material_certificates"),
    Rule("purchasing.alternates"),
    Rule("purchasing.rfqs"),
    Rule("purchasing.approved_suppliers"),
    Rule("purchasing.restrictions"),
    Rule("purchasing.packaging_and_shipping"),
    Rule("purchasing.contract_terms"),
)
