"""Word files: forms filled and received forms read."""
