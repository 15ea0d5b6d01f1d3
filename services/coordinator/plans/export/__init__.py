"""A plan as a file: Markdown for people, JSON for systems."""
