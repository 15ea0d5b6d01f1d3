"""The pages: rendered here from the same calls as the JSON, brought to life by a few modules in `static/`."""

from pathlib import Path

PACKAGE = Path(__file__).parent
