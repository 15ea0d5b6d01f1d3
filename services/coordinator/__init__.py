"""The coordinator: sessions, papers, preflight, runs and plans."""
