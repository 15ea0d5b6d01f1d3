"""The offline engine: deterministic reading of every passage by the field's own vocabulary; no network, no key."""
