"""From protos to what a page shows; nothing here asks anybody."""
