"""`python -m services.ema` serves the engineering specialist."""

from services.ema.profile import PROFILE
from services.specialist.process import serve_specialist

serve_specialist(PROFILE, default_port=50064)
