"""Web clients: REST, live status and pages. Speaks gRPC to the coordinator and keeps nothing of its own."""
