"""Recall and precision of an engine's lines against labels made by hand."""
