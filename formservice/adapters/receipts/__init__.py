"""Receipts of what was handed in, as PDF files."""
