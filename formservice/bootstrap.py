"""Settings and wiring; the only module that knows all parts."""
