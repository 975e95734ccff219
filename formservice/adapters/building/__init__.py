"""The fillable PDF and its geometry, derived from the Word file with LibreOffice."""
