"""REST: each route is one call of the coordinator, its names and its JSON the protos' own."""
