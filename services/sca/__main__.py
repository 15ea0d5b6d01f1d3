"""`python -m services.sca` serves the scheduling specialist."""

from services.sca.profile import PROFILE
from services.specialist.process import serve_specialist

serve_specialist(PROFILE, default_port=50063)
