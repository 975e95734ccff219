"""Received bytes under their SHA-256: in a folder, or in storage that speaks S3."""
