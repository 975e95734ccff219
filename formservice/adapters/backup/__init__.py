"""Backups while everybody works on, proved at any time, restored on an empty machine."""
