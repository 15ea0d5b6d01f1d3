"""Two agents' results that cannot both be carried out, found by code."""
