"""`python -m services.pma` serves the purchasing specialist."""

from services.pma.profile import PROFILE
from services.specialist.process import serve_specialist

serve_specialist(PROFILE, default_port=50062)
