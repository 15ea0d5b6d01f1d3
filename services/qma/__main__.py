"""`python -m services.qma` serves the quality specialist."""

from services.qma.profile import PROFILE
from services.specialist.process import serve_specialist

serve_specialist(PROFILE, default_port=50061)
