"""DESIGN's table of weighted categories, each with the four criteria that its score counts."""

from services.coordinator.plans.gate.categories.build_strategy import BUILD_STRATEGY
from services.coordinator.plans.gate.categories.execution import EXECUTION
from services.coordinator.plans.gate.categories.keys import KEYS
from services.coordinator.plans.gate.categories.packaging import PACKAGING
from services.coordinator.plans.gate.categories.purchasing import PURCHASING
from services.coordinator.plans.gate.categories.quality import QUALITY
from services.coordinator.plans.gate.categories.release import RELEASE

CATEGORIES = (KEYS, QUALITY, PURCHASING, BUILD_STRATEGY, EXECUTION, RELEASE, PACKAGING)
