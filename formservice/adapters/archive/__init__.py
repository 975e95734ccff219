"""Originals by hash and records in a database."""
