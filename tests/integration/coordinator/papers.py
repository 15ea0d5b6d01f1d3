"""Small papers of our own for the tests of the coordinator."""

from __future__ import annotations

from email.message import EmailMessage

DRAWING = b"""# Drawing BR-7 revision B

1. Material of the base plate: 316L stainless steel per ASTM A240.
2. Base plate thickness 6 mm.
3. Weld per AWS D1.6.
4. Passivate per ASTM A967, Nitric 2.
"""

ORDER = b"""# Purchase order 4711

Please deliver 12 frames by 30 April 2027.
Passivate per ASTM A967, Citric 4.
Mill certificates EN 10204 3.1 are required for all material.
"""

OTHER = b"""# Meeting notes

The first article is inspected together with the customer.
"""


def email(attachment: bytes = ORDER, name: str = "po.md") -> bytes:
    """A message with one attachment."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Papers", "buyer@example.com", "planner@example.com"
    message["Date"] = "Mon, 23 Nov 2026 08:00:00 +0000"
    message.set_content("Please find the order attached.\n")
    message.add_attachment(attachment, maintype="text", subtype="markdown", filename=name)
    return message.as_bytes()
