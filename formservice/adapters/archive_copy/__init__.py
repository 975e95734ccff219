"""Copies for the archive: static, tagged PDF/A with the record inside."""
