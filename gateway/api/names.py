"""Parts of resource names in paths."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

Id = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="Last part of a resource name.")]
Revision = Annotated[str, Path(pattern=r"^(latest|[1-9][0-9]{0,8})$", description="Number of a revision, or latest.")]
IDEMPOTENCY_KEY = "Chosen by the caller; a repeated call with the same key has no further effect."
