"""formservice: official German forms, written and read back from one definition."""

__version__ = "0.1.0"
