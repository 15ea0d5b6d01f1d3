"""The vocabulary of the four trades in one place, so that each sentence has one owner however many agents read it."""

from services.specialist.offline.cues.engineering import ENGINEERING
from services.specialist.offline.cues.headings import HEADINGS
from services.specialist.offline.cues.purchasing import PURCHASING
from services.specialist.offline.cues.quality import QUALITY
from services.specialist.offline.cues.schedule import SCHEDULE
from services.specialist.offline.cues.terms import TERMS
from services.specialist.offline.cues.verification import VERIFICATION

__all__ = ["ALL_CUES", "HEADINGS"]

ALL_CUES = (*QUALITY, *VERIFICATION, *PURCHASING, *SCHEDULE, *ENGINEERING, *TERMS)
