"""Form definitions from YAML, and their agreement with the Word files."""
