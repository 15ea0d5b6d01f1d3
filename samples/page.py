"""A PDF page that is drawn on in millimetres from the lower left corner."""

from collections.abc import Sequence
from pathlib import Path

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4
REGULAR, BOLD = "Helvetica", "Helvetica-Bold"


class Page:
    """Draws text, lines, tables and dimensions; the same calls give the same bytes."""

    def __init__(self, path: Path, size: tuple[float, float], title: str) -> None:
        """Opens a file of pages of the given size in millimetres."""
        self.width, self.height = size
        self._canvas = Canvas(str(path), pagesize=(self.width * MM, self.height * MM), invariant=1)
        self._canvas.setTitle(title)
        self._canvas.setAuthor("Build Planner samples")

    def text(self, x: float, y: float, text: str, size: float = 8, *, bold: bool = False) -> None:
        """Writes one line."""
        self._canvas.setFont(BOLD if bold else REGULAR, size)
        self._canvas.drawString(x * MM, y * MM, text)

    def centred(self, x: float, y: float, text: str, size: float = 7) -> None:
        """Writes one line with its middle at x."""
        self._canvas.setFont(REGULAR, size)
        self._canvas.drawCentredString(x * MM, y * MM, text)

    def upwards(self, x: float, y: float, text: str) -> None:
        """Writes one line upwards with its middle at y."""
        self._canvas.saveState()
        self._canvas.translate(x * MM, y * MM)
        self._canvas.rotate(90)
        self.centred(0, 0, text)
        self._canvas.restoreState()

    def line(self, x1: float, y1: float, x2: float, y2: float, weight: float = 0.35) -> None:
        """Draws a full line; the weight in millimetres."""
        self._canvas.setLineWidth(weight * MM)
        self._canvas.setDash([])
        self._canvas.line(x1 * MM, y1 * MM, x2 * MM, y2 * MM)

    def axis(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Draws a centre line."""
        self._canvas.setLineWidth(0.13 * MM)
        self._canvas.setDash([part * MM for part in (4, 1, 1, 1)])
        self._canvas.line(x1 * MM, y1 * MM, x2 * MM, y2 * MM)

    def box(self, x: float, y: float, width: float, height: float, weight: float = 0.35) -> None:
        """Draws a rectangle."""
        self._canvas.setLineWidth(weight * MM)
        self._canvas.setDash([])
        self._canvas.rect(x * MM, y * MM, width * MM, height * MM)

    def circle(self, x: float, y: float, radius: float, weight: float = 0.35) -> None:
        """Draws a circle."""
        self._canvas.setLineWidth(weight * MM)
        self._canvas.setDash([])
        self._canvas.circle(x * MM, y * MM, radius * MM)

    def arrow(self, x: float, y: float, dx: float, dy: float) -> None:
        """Draws a filled arrow head with its tip at (x, y), pointing along the unit vector (dx, dy)."""
        path = self._canvas.beginPath()
        path.moveTo(x * MM, y * MM)
        path.lineTo((x - 2.2 * dx - 0.5 * dy) * MM, (y - 2.2 * dy + 0.5 * dx) * MM)
        path.lineTo((x - 2.2 * dx + 0.5 * dy) * MM, (y - 2.2 * dy - 0.5 * dx) * MM)
        path.close()
        self._canvas.drawPath(path, stroke=0, fill=1)

    def across(self, x1: float, x2: float, y: float, text: str, *, edge: float) -> None:
        """Draws a horizontal dimension at height y with extension lines from `edge`."""
        away = 1 if y > edge else -1
        for x in (x1, x2):
            self.line(x, edge + away, x, y + away, 0.13)
        self.line(x1, y, x2, y, 0.13)
        self.arrow(x1, y, -1, 0)
        self.arrow(x2, y, 1, 0)
        self.centred((x1 + x2) / 2, y + 1, text)

    def upright(self, y1: float, y2: float, x: float, text: str, *, edge: float) -> None:
        """Draws a vertical dimension at x with extension lines from `edge`."""
        away = 1 if x > edge else -1
        for y in (y1, y2):
            self.line(edge + away, y, x + away, y, 0.13)
        self.line(x, y1, x, y2, 0.13)
        self.arrow(x, y1, 0, -1)
        self.arrow(x, y2, 0, 1)
        self.upwards(x - 1, (y1 + y2) / 2, text)

    def leader(self, x: float, y: float, to_x: float, to_y: float, *lines: str) -> None:
        """Draws a leader from a feature at (x, y) to its text at (to_x, to_y)."""
        length = ((x - to_x) ** 2 + (y - to_y) ** 2) ** 0.5
        self.line(to_x, to_y, x, y, 0.13)
        self.arrow(x, y, (x - to_x) / length, (y - to_y) / length)
        width = max(stringWidth(text, REGULAR, 7) for text in lines) / MM + 1
        left = to_x if to_x >= x else to_x - width
        self.line(left, to_y, left + width, to_y, 0.13)
        for place, text in enumerate(lines):
            self.text(left + 0.5, to_y + 1 - place * 3.6, text, 7)

    def table(
        self, x: float, y: float, widths: Sequence[float], rows: Sequence[Sequence[str]], height: float = 5
    ) -> float:
        """Draws a ruled table with its upper left corner at (x, y); returns its lower edge."""
        for row, cells in enumerate(rows):
            left = x
            for width, cell in zip(widths, cells, strict=True):
                self.box(left, y - (row + 1) * height, width, height, 0.18)
                self.text(left + 1, y - (row + 1) * height + 1.5, cell, 6.8, bold=row == 0)
                left += width
        return y - len(rows) * height

    def paragraph(self, x: float, y: float, width: float, text: str, size: float = 8) -> float:
        """Writes text broken at word ends, the later lines indented by 5 mm; returns the next base line."""
        line = ""
        left = x
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and stringWidth(longer, REGULAR, size) / MM > width - (left - x):
                self.text(left, y, line, size)
                y -= size * 0.45
                line, left = word, x + 5
            else:
                line = longer
        self.text(left, y, line, size)
        return y - size * 0.62

    def next(self) -> None:
        """Ends the page."""
        self._canvas.showPage()

    def save(self) -> None:
        """Ends the last page and writes the file."""
        self._canvas.save()
