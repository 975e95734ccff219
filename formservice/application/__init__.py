"""Use cases and ports; no library outside the standard one, no input or output."""
