"""Scans made by us, with truth: ``scans`` gives filled, signed and badly treated pages."""

from benchmarks.paper.pages import STRATA, Scan, nth, scan, scans, services

__all__ = ["STRATA", "Scan", "nth", "scan", "scans", "services"]
