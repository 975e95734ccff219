"""Received PDF files: form fields, drawn text, pictured pages."""
