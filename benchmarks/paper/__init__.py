"""Scans made by us, with truth: ``scans`` gives single pages, ``batch`` piles of documents."""

from benchmarks.paper.batch import Batch, Pile, batch
from benchmarks.paper.pages import STRATA, Scan, nth, scan, scans, services

__all__ = ["STRATA", "Batch", "Pile", "Scan", "batch", "nth", "scan", "scans", "services"]
