"""The API: what the screens do, for programs, by the same use cases."""
