"""One module per file format: `read(source, limits)` returns its `Content`."""
